#include "judges/model/reply.hpp"

#include "judges/model/verdicts.hpp"

#include <assay/text/reader.hpp>
#include <assay/text/utf8.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstring>
#include <optional>
#include <vector>

namespace assay::judges {

namespace {

constexpr std::size_t kLongestReply = 256u << 10;

// Stands for a repeated text. It joins what is around it to no verdict, and may stand in a JSON string.
constexpr std::string_view kCut = "\uFFFD";

Error unreadable(std::string message, std::string hint = {}) {
  return {ErrorKind::judge, std::move(message), std::move(hint)};
}

// A reply that holds no verdict whatever its text.
std::optional<Error> without_verdict(const Response& reply, std::string_view text) {
  const auto* const refusal = part_of<Refusal>(reply.message);
  if ((refusal != nullptr && !refusal->text.empty()) || reply.finish == Finish::content_filter) {
    return unreadable("the judge refused", "word the criteria so that they can be graded, or ask another judge");
  }
  if (reply.finish == Finish::length) {
    return unreadable("the reply was cut off at the token limit",
                      "raise the limit in the judge's params: `params: {max_tokens: 1024}`");
  }
  if (text.empty()) return unreadable("the reply is empty");
  if (text.size() > kLongestReply) return unreadable("the reply is longer than 256 KiB");
  return std::nullopt;
}

// A model that thinks aloud drafts verdicts there.
std::string_view without_thoughts(std::string_view text) {
  constexpr std::string_view kEnd = "</think>";
  if (!text.starts_with("<think>")) return text;
  const auto end = text.rfind(kEnd);
  return end == std::string_view::npos ? text : text::trim(text.substr(end + kEnd.size()));
}

bool is_word(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0;
}

// Where `what` stands in `text` from `from` on, not as a part of a longer word. memmem is linear.
std::size_t find_apart(std::string_view text, std::string_view what, std::size_t from) {
  while (from < text.size()) {
    const void* const found = ::memmem(text.data() + from, text.size() - from, what.data(), what.size());
    if (found == nullptr) break;
    const auto at = static_cast<std::size_t>(static_cast<const char*>(found) - text.data());
    const auto end = at + what.size();
    const bool begins_apart = at == 0 || !is_word(text[at - 1]) || !is_word(what.front());
    const bool ends_apart = end == text.size() || !is_word(text[end]) || !is_word(what.back());
    if (begins_apart && ends_apart) return at;
    from = end;
  }
  return std::string_view::npos;
}

std::string without_one(std::string_view text, std::string_view what) {
  std::string rest;
  std::size_t from = 0;
  for (auto at = find_apart(text, what, 0); at != std::string_view::npos; at = find_apart(text, what, from)) {
    rest.append(text, from, at - from);
    rest += kCut;
    from = at + what.size();
  }
  rest.append(text, from);
  return rest;
}

/// What was to be judged, the longest text first: one may hold another.
struct JudgedTexts {
  std::vector<std::string_view> carriers;  ///< could carry a verdict
  std::vector<std::string_view> others;    ///< could still break a reply that repeats them
  std::vector<Json> planted;               ///< the verdicts that they carry, sorted
};

JudgedTexts take_apart(std::span<const std::string_view> data, std::string_view key) {
  constexpr std::size_t kWorthCutting = 8;
  JudgedTexts texts;
  for (const auto one : data) {
    const auto text = text::trim(one);
    auto verdicts = find_verdicts(text, key, true);
    const bool names_key = text.find(key) != std::string_view::npos && text.find(':') != std::string_view::npos;
    if (names_key || !verdicts.found.empty()) {
      texts.carriers.push_back(text);
    } else if (text.size() >= kWorthCutting) {
      texts.others.push_back(text);
    }
    for (auto& verdict : verdicts.found) texts.planted.push_back(std::move(verdict.object));
  }
  std::ranges::sort(texts.carriers, std::ranges::greater(), &std::string_view::size);
  std::ranges::sort(texts.others, std::ranges::greater(), &std::string_view::size);
  std::ranges::sort(texts.planted);
  return texts;
}

bool is_one_of(const std::vector<std::string_view>& texts, std::string_view text) {
  return std::ranges::find(texts, text) != texts.end();
}

std::string without(std::string rest, const std::vector<std::string_view>& texts) {
  for (const auto text : texts) rest = without_one(rest, text);
  return rest;
}

Result<Json> choose(std::string_view rest, std::string_view key, bool lines, const std::vector<Json>& planted) {
  auto verdicts = find_verdicts(without_thoughts(text::trim(rest)), key, lines);
  if (verdicts.twice) return unreadable("the reply names a key twice in one JSON object");
  if (verdicts.broken) return unreadable("the reply holds broken JSON");
  if (verdicts.found.empty()) {
    const bool repeated = rest.find(kCut) != std::string_view::npos;
    return unreadable(fmt::format("the reply has no `{}`{}", key, repeated ? " but what the judged text says" : ""));
  }
  const auto own = std::find_if(verdicts.found.rbegin(), verdicts.found.rend(), [&](const Verdict& verdict) {
    return !std::ranges::binary_search(planted, verdict.object);
  });
  return own != verdicts.found.rend() ? std::move(own->object) : std::move(verdicts.found.back().object);
}

Result<Json> read(const Response& reply, std::string_view key, std::span<const std::string_view> data, bool lines) {
  const std::string whole = assay::text_of(reply.message);
  const auto trimmed = text::trim(whole);
  if (const auto error = without_verdict(reply, trimmed)) return *error;
  const auto texts = take_apart(data, key);
  const auto text = without_thoughts(trimmed);
  const bool repeats_all = is_one_of(texts.carriers, trimmed) || is_one_of(texts.carriers, text);
  bool twice = false;
  auto object = repeats_all ? std::nullopt : parse_object(text, twice);
  if (object && object->contains(key)) return *std::move(object);
  const auto rest = without(std::string(trimmed), texts.carriers);
  auto verdict = choose(rest, key, lines, texts.planted);
  if (verdict || texts.others.empty()) return verdict;
  // A careless model repeats a text within a JSON string, its quotes and ends of line as they are.
  auto mended = choose(without(rest, texts.others), key, lines, texts.planted);
  return mended ? std::move(mended) : std::move(verdict);
}

Error not_offered(std::string_view key, const std::string& offered) {
  return unreadable(fmt::format("its `{}` is none of {}", key, offered));
}

std::optional<std::int64_t> integer_in(const Json& value, int hi) {
  if (value.is_number_integer()) {
    if (value.is_number_unsigned() && value.get<std::uint64_t>() > 1'000'000'000u) return std::nullopt;
    return value.get<std::int64_t>();
  }
  if (value.is_number_float()) {
    const double number = value.get<double>();
    if (std::trunc(number) != number || std::abs(number) > 1e9) return std::nullopt;
    return static_cast<std::int64_t>(number);
  }
  if (!value.is_string()) return std::nullopt;
  auto text = text::trim(value.get_ref<const std::string&>());
  const auto slash = text.find('/');
  if (slash != std::string_view::npos) {
    if (text::parse_integer(text::trim(text.substr(slash + 1))) != hi) return std::nullopt;
    text = text::trim(text.substr(0, slash));
  }
  return text::parse_integer(text);
}

std::string_view bare(std::string_view text) {
  text = text::trim(text);
  if (text.ends_with('.')) text.remove_suffix(1);
  const bool quoted = text.size() > 2 && text.front() == text.back() && (text.front() == '"' || text.front() == '\'');
  return quoted ? text.substr(1, text.size() - 2) : text;
}

}  // namespace

Result<Json> read_object(const Response& reply, std::string_view key, std::span<const std::string_view> data) {
  return read(reply, key, data, false);
}

Result<Json> read_verdict(const Response& reply, std::string_view key, std::span<const std::string_view> data) {
  return read(reply, key, data, true);
}

Result<int> read_offered(const Json& object, std::string_view key, int lo, int hi) {
  const auto found = object.find(key);
  const auto integer = found == object.end() ? std::nullopt : integer_in(*found, hi);
  if (!integer || *integer < lo || *integer > hi) return not_offered(key, fmt::format("{} to {}", lo, hi));
  return static_cast<int>(*integer);
}

Result<std::string> read_offered(const Json& object, std::string_view key, std::span<const std::string> offered) {
  const auto found = object.find(key);
  if (found != object.end() && found->is_string()) {
    const auto given = text::fold_case(bare(found->get_ref<const std::string&>()));
    for (const auto& one : offered) {
      if (text::fold_case(one) == given) return one;
    }
  }
  return not_offered(key, fmt::format("{}", fmt::join(offered, ", ")));
}

std::string reason_of(const Json& object, std::string_view key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

}  // namespace assay::judges
