// Any bytes give the same events however they are cut. The first byte says how.

#include "runner/endpoints/sse.hpp"
#include "tests/fuzz/fuzz.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace {

using Events = std::vector<std::pair<std::string, std::string>>;

Events parse(std::string_view stream, std::size_t piece) {
  assay::endpoints::SseParser parser;
  Events events;
  for (std::size_t from = 0; from < stream.size(); from += piece) {
    // In a buffer of its own, so that a view that outlives it is seen by the sanitizer.
    const std::string arrival(stream.substr(from, piece));
    std::string_view rest = arrival;
    while (const auto event = parser.next(rest)) events.emplace_back(event->type, event->data);
  }
  return events;
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const auto stream = assay::fuzz::text_of(data, size).substr(1);
  const auto whole = parse(stream, std::max<std::size_t>(stream.size(), 1));
  assay::fuzz::require(parse(stream, 1) == whole);
  assay::fuzz::require(parse(stream, 1 + data[0] % 64) == whole);
  return 0;
}
