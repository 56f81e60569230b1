// A judge's reply, whatever it holds, is read without harm: at most one verdict, which stands in the reply; and an
// object that the reply is as a whole is read as that. Input: the judged text, a NUL, the reply.

#include "judges/model/reply.hpp"
#include "judges/model/verdicts.hpp"
#include "tests/fuzz/fuzz.hpp"

#include <array>
#include <string>

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto input = assay::fuzz::text_of(data, size);
  const auto split = std::min(input.find('\0'), size);
  const auto judged = input.substr(0, split);
  const auto text = input.substr(std::min(split + 1, size));
  assay::Response reply;
  reply.message.parts = {assay::Text{std::string(text)}};
  reply.finish = assay::Finish::stop;
  const std::array texts{judged};

  const auto verdict = assay::judges::read_verdict(reply, "score", texts);
  const auto score = verdict ? assay::judges::read_offered(*verdict, "score", 1, 5) : assay::Error{};
  if (score) assay::fuzz::require(*score >= 1 && *score <= 5);
  if (verdict) (void)assay::judges::reason_of(*verdict);
  // A reply that only repeats says nothing.
  if (!judged.empty() && text == judged) {
    const auto again = assay::judges::read_object(reply, "score", texts);
    assay::fuzz::require(!again);
  }
  bool twice = false;
  const auto object = assay::judges::parse_object(text, twice);
  if (object && object->contains("score") && judged.empty()) {
    assay::fuzz::require(verdict && *verdict == *object);
  }
  for (const auto& found : assay::judges::find_verdicts(text, "score", true).found) {
    assay::fuzz::require(found.begin < text.size() && found.object.contains("score"));
  }
  return 0;
}
