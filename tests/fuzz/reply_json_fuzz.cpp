// A path, a line end, and an application's reply: the answer that the path names, or an error. And whatever a path
// takes out of a value is not there afterwards.

#include "runner/endpoints/reply.hpp"
#include "tests/fuzz/fuzz.hpp"

#include <assay/text/utf8.hpp>

#include <algorithm>
#include <variant>

namespace {

using namespace assay;

void check_path(const text::JsonPath& path, Json root) {
  const auto all = path.find_all(root);
  const auto* one = path.find(root);
  if (path.means_several()) {
    fuzz::require(one == nullptr);
  } else {
    fuzz::require(all.size() == (one == nullptr ? 0U : 1U) && (one == nullptr || all[0] == one));
  }
  path.remove_from(root);
  const auto left = path.find_all(root);
  fuzz::require(std::all_of(left.begin(), left.end(), [](const Json* value) { return value->is_null(); }));
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = fuzz::text_of(data, size);
  const auto line = std::min(bytes.find('\n'), bytes.size());
  const auto parsed = text::JsonPath::parse(bytes.substr(0, line));
  if (const auto* fault = std::get_if<std::string>(&parsed)) {
    fuzz::require(!fault->empty() && !text::find_invalid_utf8(*fault));
    return 0;
  }
  const auto& path = std::get<text::JsonPath>(parsed);
  const auto json = bytes.substr(std::min(line + 1, bytes.size()));
  const endpoints::ReplyPaths paths{
      .answer = path, .contexts = path, .input_tokens = path, .output_tokens = path, .model = path};
  const auto answer = endpoints::read_reply(json, paths, {.model = "m", .secrets = {"sk-secret-key"}});
  if (const auto* error = std::get_if<Error>(&answer)) {
    fuzz::require(!error->message.empty() && !text::find_invalid_utf8(error->message));
    fuzz::require(error->message.find("sk-secret-key") == std::string::npos);
  } else {
    fuzz::require(!text::find_invalid_utf8(text_of(std::get<Response>(answer).message)));
  }
  if (const auto root = parse_json(json)) check_path(path, *root);
  return 0;
}
