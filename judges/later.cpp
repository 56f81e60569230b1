#include "judges/later.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace assay::judges {

namespace {

constexpr std::string_view kJudge =
    "no check asks a judge yet; say what you can with `contains`, `regex` or `json_schema`";
constexpr std::string_view kSimilar = "use `rouge_l`, `chrf` or `token_f1` with a threshold";

constexpr std::array<std::pair<std::string_view, std::string_view>, 29> kLater{{
    {"rubric", kJudge},
    {"g_eval", kJudge},
    {"graded_qa", kJudge},
    {"closed_qa", kJudge},
    {"fact", kJudge},
    {"pairwise", kJudge},
    {"panel", kJudge},
    {"cascade", kJudge},
    {"completeness", kJudge},
    {"knowledge_retention", kJudge},
    {"role_adherence", kJudge},
    {"faithfulness", kJudge},
    {"answer_relevancy", kJudge},
    {"context_precision", kJudge},
    {"context_recall", kJudge},
    {"context_relevancy", kJudge},
    {"factual_correctness", kJudge},
    {"noise_sensitivity", kJudge},
    {"citation_precision", kJudge},
    {"citation_recall", kJudge},
    {"abstention", kJudge},
    {"meteor", kSimilar},
    {"embedding", kSimilar},
    {"classification", "write `equals: {value: \"{{label}}\", ignore_case: true}`"},
    {"sql", ""},
    {"language", ""},
    {"readability", ""},
    {"perplexity", ""},
    {"exec", ""},
}};

// One word for one thing: what other tools give a check of its own is an option here.
constexpr std::array<std::pair<std::string_view, std::string_view>, 3> kOtherwise{{
    {"icontains", "write `contains: {value: …, ignore_case: true}`"},
    {"words", "write `length: {max: …, unit: words}`"},
    {"lines", "write `length: {max: …, unit: lines}`"},
}};

template <std::size_t kCount>
std::optional<std::string_view> find_in(const std::array<std::pair<std::string_view, std::string_view>, kCount>& rows,
                                        std::string_view name) {
  const auto* const found = std::ranges::find(rows, name, [](const auto& row) { return row.first; });
  return found == rows.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace

std::optional<std::string_view> find_later(std::string_view name) {
  return find_in(kLater, name);
}

std::optional<std::string_view> find_otherwise(std::string_view name) {
  return find_in(kOtherwise, name);
}

}  // namespace assay::judges
