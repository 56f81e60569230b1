#include "judges/heuristic/citation_scan.hpp"

#include "judges/schemas.hpp"

#include <assay/text/utf8.hpp>

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>

namespace assay::judges {

namespace {

constexpr std::string_view kBrackets = R"(\[\s{0,2}(\d{1,6}(?:\s{0,2}[,;–-]\s{0,2}\d{1,6})*)\s{0,2}\])";
constexpr std::string_view kFootnotes = R"(\[\^(\d{1,6})\])";
constexpr std::string_view kCorners = R"(【(\d{1,6})[^】\n]{0,80}】)";
constexpr std::size_t kWidestRange = 100;

std::shared_ptr<const RE2> compile_pattern(std::string_view pattern) {
  RE2::Options options;
  options.set_log_errors(false);
  return std::make_shared<const RE2>(re2::StringPiece(pattern.data(), pattern.size()), options);
}

std::string_view pattern_of(std::string_view style) {
  if (style == "footnotes") return kFootnotes;
  return style == "corners" ? kCorners : kBrackets;
}

std::shared_ptr<const RE2> read_own_pattern(OptionReader& reader, const std::string& written) {
  auto pattern = compile_pattern(written);
  std::string wrong = pattern->ok() ? "" : pattern->error();
  if (pattern->ok() && pattern->NumberOfCapturingGroups() != 1) {
    wrong = fmt::format("it has {} groups, and needs one, around the number", pattern->NumberOfCapturingGroups());
  } else if (pattern->ok() && RE2::FullMatch("", *pattern)) {
    wrong = "it matches nothing at all";
  }
  if (wrong.empty()) return pattern;
  reader.diagnostics().error(reader.reader().get("pattern")->place(),
                             fmt::format("the pattern {} cannot be used: {}", text::in_quotes(written), wrong),
                             R"(write `pattern: '\(source (\d+)\)'`)");
  return nullptr;
}

// What stands between runs of backticks of one length, as `true`.
std::vector<bool> code_of(std::string_view text) {
  std::vector<bool> code(text.size(), false);
  const auto run_at = [&](std::size_t at) {
    const auto end = std::min(text.find_first_not_of('`', at), text.size());
    return end - at;
  };
  for (auto at = text.find('`'); at < text.size();) {
    const auto length = run_at(at);
    auto close = text.find('`', at + length);
    while (close < text.size() && run_at(close) != length) close = text.find('`', close + run_at(close));
    if (close < text.size()) {
      std::fill(code.begin() + static_cast<std::ptrdiff_t>(at), code.begin() + static_cast<std::ptrdiff_t>(close),
                true);
      at = text.find('`', close + length);
    } else {
      at = text.find('`', at + length);
    }
  }
  return code;
}

// `[^1]: the source`, at the beginning of a line.
bool is_definition(std::string_view answer, std::size_t begin, std::size_t end) {
  return end < answer.size() && answer[end] == ':' && (begin == 0 || answer[begin - 1] == '\n');
}

/// Adds the citations of one mark: `1`, `1, 3`, `2-4`.
class Mark {
 public:
  Mark(std::size_t begin, std::size_t end, std::string_view shown, std::size_t first, std::vector<Citation>& into)
      : begin_(begin), end_(end), shown_(shown), first_(first), into_(into) {}

  void add(std::string_view numbers) {
    static const RE2 kItem(R"(\s*(\d{1,6})(?:\s*[–-]\s*(\d{1,6}))?\s*[,;]?)");
    re2::StringPiece rest(numbers.data(), numbers.size());
    std::size_t low = 0;
    std::string high;
    while (!rest.empty()) {
      if (!RE2::Consume(&rest, kItem, &low, &high)) return one(std::nullopt);
      const auto last = high.empty() ? low : static_cast<std::size_t>(std::stoul(high));
      if (last < low || last - low >= kWidestRange) return one(std::nullopt);
      for (auto number = low; number <= last; ++number) one(number);
    }
  }

 private:
  void one(std::optional<std::size_t> number) {
    const bool known = number && *number >= first_;
    into_.push_back({.begin = begin_,
                     .end = end_,
                     .passage = known ? std::optional(*number - first_ + 1) : std::nullopt,
                     .shown = number ? fmt::format("[{}]", *number) : std::string(shown_)});
  }

  std::size_t begin_;
  std::size_t end_;
  std::string_view shown_;
  std::size_t first_;
  std::vector<Citation>& into_;
};

}  // namespace

std::optional<CitationStyle> CitationStyle::read(OptionReader& reader) {
  const auto named = reader.choice("style", {"brackets", "footnotes", "corners"});
  const auto written = reader.reader().string("pattern");
  const auto first = reader.reader().integer("first", 0, 1).value_or(1);
  if (named && written) {
    reader.reader().error("`style` and `pattern` say the same thing", "leave one of them out");
    return std::nullopt;
  }
  auto pattern = written ? read_own_pattern(reader, *written) : compile_pattern(pattern_of(named.value_or("brackets")));
  if (pattern == nullptr) return std::nullopt;
  return CitationStyle{.pattern = std::move(pattern), .first = static_cast<std::size_t>(first)};
}

std::vector<Citation> find_citations(std::string_view answer, const CitationStyle& style) {
  const auto code = code_of(answer);
  std::vector<Citation> citations;
  const re2::StringPiece text(answer.data(), answer.size());
  re2::StringPiece groups[2];
  for (std::size_t at = 0; at < answer.size() && citations.size() < kMostCitations;) {
    if (!style.pattern->Match(text, at, answer.size(), RE2::UNANCHORED, groups, 2)) break;
    const auto begin = static_cast<std::size_t>(groups[0].data() - answer.data());
    const auto end = begin + groups[0].size();
    at = std::max(end, begin + 1);
    if (groups[0].empty() || code[begin] || is_definition(answer, begin, end)) continue;
    const std::string_view numbers(groups[1].data(), groups[1].size());
    Mark(begin, end, answer.substr(begin, end - begin), style.first, citations).add(text::trim(numbers));
  }
  return citations;
}

Json citation_properties() {
  return {
      {"style", choice_schema("How citations are written: brackets `[1]`, `[1, 3]`, `[2-4]`; footnotes `[^1]`; "
                              "corners `【1】`. Default: brackets",
                              {"brackets", "footnotes", "corners"})},
      {"pattern",
       {{"description", "An RE2 pattern instead of a style; its one group is the number"},
        {"type", "string"},
        {"examples", {R"(\(source (\d+)\))"}}}},
      {"first",
       {{"description", "The number of the first passage"}, {"type", "integer"}, {"enum", {0, 1}}, {"default", 1}}}};
}

}  // namespace assay::judges
