#include "runner/cassette/nearest.hpp"

#include <assay/text/utf8.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

namespace assay::cassette {
namespace {

constexpr std::size_t kNamed = 4;     // differences in a sentence
constexpr std::size_t kExcerpt = 40;  // characters of a message
constexpr std::size_t kNameChars = 80;

using text::excerpt;
using text::in_quotes;

/// The share of words that two texts have in common (Sørensen and Dice), 0…1.
double likeness(const std::vector<std::uint64_t>& a, const std::vector<std::uint64_t>& b) {
  if (a.empty() && b.empty()) return 1;
  std::size_t common = 0;
  for (auto x = a.begin(), y = b.begin(); x != a.end() && y != b.end();) {
    if (*x == *y) ++common;
    const bool left = *x <= *y;
    const bool right = *y <= *x;
    if (left) ++x;
    if (right) ++y;
  }
  return 2.0 * static_cast<double>(common) / static_cast<double>(a.size() + b.size());
}

bool same_case(const Head& a, const Head& b) {
  return a.suite == b.suite && a.case_id == b.case_id;
}

std::string differing(std::string_view what, std::string_view recorded, std::string_view asked) {
  return fmt::format("{} (recorded {}, asked {})", what, recorded, asked);
}

void compare_params(const std::string& path, const Json* recorded, const Json* asked, std::vector<std::string>& out) {
  if (recorded != nullptr && asked != nullptr && recorded->is_object() && asked->is_object()) {
    std::set<std::string> keys;
    for (const auto& [key, value] : recorded->items()) keys.insert(key);
    for (const auto& [key, value] : asked->items()) keys.insert(key);
    const auto at = [](const Json& object, const std::string& key) {
      const auto found = object.find(key);
      return found == object.end() ? nullptr : &*found;
    };
    for (const std::string& key : keys) compare_params(path + "." + key, at(*recorded, key), at(*asked, key), out);
    return;
  }
  const auto shown = [](const Json* value) {
    return value == nullptr ? std::string("nothing") : excerpt(canonical_json(*value), kExcerpt);
  };
  if (recorded == nullptr || asked == nullptr || canonical_json(*recorded) != canonical_json(*asked)) {
    out.push_back(differing(excerpt(path, kNameChars), shown(recorded), shown(asked)));
  }
}

std::string message_difference(std::size_t number, const Message& recorded, const Message& asked) {
  const std::string what = fmt::format("message {}", number);
  if (recorded.author != asked.author) return differing(what + "'s author", name(recorded.author), name(asked.author));
  const std::string a = text_of(recorded);
  const std::string b = text_of(asked);
  const auto at = static_cast<std::size_t>(std::mismatch(a.begin(), a.end(), b.begin(), b.end()).first - a.begin());
  if (a == b) return what + " (another part than its text)";
  const auto shown = [at](const std::string& text) { return "'" + text::excerpt_around(text, at, kExcerpt) + "'"; };
  return differing(what, shown(a), shown(b));
}

void compare_messages(const Asking& recorded, const Asking& asked, std::vector<std::string>& out) {
  const std::size_t both = std::min(recorded.messages.size(), asked.messages.size());
  for (std::size_t i = 0; i < both; ++i) {
    if (recorded.messages[i] == asked.messages[i]) continue;
    out.push_back(message_difference(i + 1, recorded.messages[i], asked.messages[i]));
  }
  if (recorded.messages.size() == asked.messages.size()) return;
  out.push_back(differing("the number of messages", std::to_string(recorded.messages.size()),
                          std::to_string(asked.messages.size())));
}

/// A schema is too long to be shown.
void compare_form(const Asking& recorded, const Asking& asked, std::vector<std::string>& out) {
  const auto schema = [](const Asking& each) { return each.schema.is_null() ? "none" : "one"; };
  const auto logprobs = [](const Asking& each) { return each.logprobs ? "wanted" : "not wanted"; };
  if (recorded.schema.is_null() != asked.schema.is_null()) {
    out.push_back(differing("the schema of the answer", schema(recorded), schema(asked)));
  } else if (canonical_json(recorded.schema) != canonical_json(asked.schema)) {
    out.emplace_back("the schema of the answer");
  }
  if (recorded.logprobs != asked.logprobs) {
    out.push_back(differing("logprobs", logprobs(recorded), logprobs(asked)));
  }
}

std::string named(const Head& head) {
  return excerpt(fmt::format("{}/{}, sample {}, {}", head.suite, head.case_id, head.sample, head.call), 2 * kNameChars);
}

std::string listed(std::vector<std::string> all) {
  const std::size_t more = all.size() > kNamed ? all.size() - kNamed : 0;
  all.resize(all.size() - more);
  return fmt::format("{}{}", fmt::join(all, ", "), more == 0 ? "" : fmt::format(", and in {} more", more));
}

}  // namespace

double distance(const Asking& recorded, const Asking& asked) {
  double far = 0;
  if (recorded.head.suite != asked.head.suite) far += 10;
  if (!same_case(recorded.head, asked.head)) far += 100;
  if (recorded.head.call != asked.head.call) far += 20;
  if (recorded.messages != asked.messages) far += 1 + 10 * (1 - likeness(recorded.words, asked.words));
  if (recorded.peer.model != asked.peer.model) far += 2;
  if (recorded.peer.host != asked.peer.host) far += 2;
  if (recorded.peer.api != asked.peer.api) far += 2;
  std::vector<std::string> params;
  compare_params("params", &recorded.params, &asked.params, params);
  compare_form(recorded, asked, params);
  far += static_cast<double>(std::min<std::size_t>(params.size(), 5));
  return recorded.head.sample == asked.head.sample ? far : far + 0.5;
}

std::vector<std::string> differences(const Asking& recorded, const Asking& asked) {
  std::vector<std::string> out;
  const auto compare = [&out](std::string_view what, const std::string& a, const std::string& b) {
    if (a != b) out.push_back(differing(what, in_quotes(a), in_quotes(b)));
  };
  compare("model", recorded.peer.model, asked.peer.model);
  compare("host", recorded.peer.host, asked.peer.host);
  compare("api", recorded.peer.api, asked.peer.api);
  compare_params("params", &recorded.params, &asked.params, out);
  compare_form(recorded, asked, out);
  compare_messages(recorded, asked, out);
  return out;
}

void Nearest::look_at(const Asking& recorded) {
  const double far = distance(recorded, asked_);
  const std::uint32_t sample = recorded.head.sample;
  if (found() && far == distance_) {
    first_sample_ = std::min(first_sample_, sample);
    last_sample_ = std::max(last_sample_, sample);
  }
  if (found() && far >= distance_) return;
  best_ = recorded;
  distance_ = far;
  first_sample_ = last_sample_ = sample;
}

std::string Nearest::sentence() const {
  std::string text = "no answer is recorded for " + named(asked_.head);
  if (!found()) return text;
  std::vector<std::string> all = differences(best_, asked_);
  const bool same_call = same_case(best_.head, asked_.head) && best_.head.call == asked_.head.call;
  if (best_.head.sample != asked_.head.sample && (same_call || all.empty())) {
    const std::string range = first_sample_ == last_sample_ ? std::to_string(first_sample_)
                                                            : fmt::format("{} to {}", first_sample_, last_sample_);
    all.push_back(differing("sample", range, std::to_string(asked_.head.sample)));
  }
  const std::string where = same_call ? "of the same call" : "of " + named(best_.head);
  text += fmt::format("; the nearest request, in line {} ({}), ", best_.line, where);
  if (all.empty()) return text + "is the same, but its key is another: the line was changed after it was recorded";
  return text + "differs in " + listed(std::move(all));
}

}  // namespace assay::cassette
