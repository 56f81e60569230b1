#include "judges/later.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace assay::judges {

namespace {

constexpr std::string_view kJudge =
    "no check asks a judge yet; say what you can with `contains`, `regex` or `json_schema`";
constexpr std::string_view kList = "write the checks one below the other: a sample passes when all do";
constexpr std::string_view kSimilar = "use `equals` with `ignore_case`, `contains_all` with a threshold, or `regex`";

constexpr std::array<std::pair<std::string_view, std::string_view>, 54> kLater{{
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
    {"icontains", "write `contains: {value: …, ignore_case: true}`"},
    {"words", "write `length: {max: …, unit: words}`"},
    {"lines", "write `length: {max: …, unit: lines}`"},
    {"choice", "write `regex: '\\b{{letter}}\\b'`"},
    {"json_path", "write `json_schema` with `properties`"},
    {"json_equal", "write `json_schema: {const: …}`"},
    {"levenshtein", kSimilar},
    {"rouge_1", kSimilar},
    {"rouge_2", kSimilar},
    {"rouge_l", kSimilar},
    {"bleu", kSimilar},
    {"chrf", kSimilar},
    {"meteor", kSimilar},
    {"token_f1", kSimilar},
    {"exact_match", "write `equals: {value: …, ignore_case: true}`"},
    {"embedding", kSimilar},
    {"classification", "write `equals: {value: \"{{label}}\", ignore_case: true}`"},
    {"code_fence", "write `regex: '(?m)^```'`"},
    {"sql", ""},
    {"xml", ""},
    {"yaml", ""},
    {"language", ""},
    {"readability", ""},
    {"refusal", "write `regex: \"(?i)(can't|cannot|unable to)\"`"},
    {"itl", "gate on the metric `itl_p95` instead"},
    {"tokens", "gate on the metric `output_tokens` instead"},
    {"cache_hit", "gate on the metric `cache_hit_rate` instead"},
    {"finish_reason", ""},
    {"perplexity", ""},
    {"exec", ""},
    {"any_of", "`contains_any` takes several texts, and `regex` alternatives"},
    {"all_of", kList},
    {"at_least", "`contains_all` takes a threshold"},
}};

}  // namespace

std::optional<std::string_view> find_later(std::string_view name) {
  const auto* const found = std::ranges::find(kLater, name, [](const auto& row) { return row.first; });
  return found == kLater.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace assay::judges
