#include "runner/cassette/request.hpp"

#include "runner/cassette/words.hpp"

#include <algorithm>
#include <functional>

namespace assay::cassette {
namespace {

constexpr std::size_t kWords = 4096;

/// Where the comma before the line's own `response` or `error` stands. A key of that name inside another value lies
/// deeper.
std::size_t answer_at(std::string_view text) {
  int depth = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '{' || c == '[') ++depth;
    if (c == '}' || c == ']') --depth;
    if (c != '"') continue;
    const std::size_t start = i;
    for (++i; i < text.size() && text[i] != '"'; ++i) {
      if (text[i] == '\\') ++i;
    }
    if (depth != 1 || start == 0 || text[start - 1] != ',') continue;
    const auto word = text.substr(start);
    if (word.starts_with("\"response\":") || word.starts_with("\"error\":")) return start - 1;
  }
  return std::string_view::npos;
}

std::optional<std::string> string_at(const Json& line, const char* key) {
  const auto found = line.find(key);
  return found == line.end() ? std::nullopt : string_of(*found);
}

}  // namespace

std::vector<std::uint64_t> words_of(std::string_view text) {
  text = text.substr(0, kWords);
  std::vector<std::uint64_t> words;
  constexpr std::string_view kSpace = " \t\r\n";
  for (std::size_t at = text.find_first_not_of(kSpace); at < text.size(); at = text.find_first_not_of(kSpace, at)) {
    const std::size_t end = std::min(text.find_first_of(kSpace, at), text.size());
    words.push_back(std::hash<std::string_view>()(text.substr(at, end - at)));
    at = end;
  }
  std::sort(words.begin(), words.end());
  return words;
}

std::optional<Asking> read_asking(const InFile& file, const Spot& spot, std::size_t most) {
  auto text = file.bytes(spot.offset, std::min<std::size_t>(spot.length, most));
  if (!text) return std::nullopt;
  if (const auto end = answer_at(*text); end != std::string::npos) {
    text->resize(end);
    *text += '}';
  } else if (spot.length > most) {
    return std::nullopt;
  }
  const auto json = parse_json(*text);
  if (!json || !json->is_object() || !json->contains("messages") || !json->contains("params")) return std::nullopt;
  auto head = head_of(*json);
  auto messages = messages_of(json->at("messages"));
  auto api = string_at(*json, "api");
  auto host = string_at(*json, "host");
  auto model = string_at(*json, "model");
  if (!head || !messages || !api || !host || !model) return std::nullopt;
  Asking asking{.head = std::move(*head),
                .peer = {std::move(*api), std::move(*host), std::move(*model)},
                .messages = std::move(*messages),
                .params = json->at("params"),
                .schema = json->value("schema", Json()),
                .logprobs = json->contains("logprobs"),
                .line = spot.line,
                .words = {}};
  if (!asking.messages.empty()) asking.words = words_of(text_of(asking.messages.back()));
  return asking;
}

}  // namespace assay::cassette
