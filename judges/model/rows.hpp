#pragma once
/// The rows of the checks that ask, each beside its code.

#include <assay/judges/checks.hpp>

namespace assay::judges {

// rubric.cpp
[[nodiscard]] CheckKind rubric_row();
// g_eval.cpp
[[nodiscard]] CheckKind g_eval_row();
// graded.cpp
[[nodiscard]] CheckKind graded_qa_row();
[[nodiscard]] CheckKind closed_qa_row();
[[nodiscard]] CheckKind fact_row();
// pairwise.cpp
[[nodiscard]] CheckKind pairwise_row();
// panel.cpp
[[nodiscard]] CheckKind panel_row();
// cascade.cpp
[[nodiscard]] CheckKind cascade_row();
// conversation.cpp
[[nodiscard]] CheckKind completeness_row();
[[nodiscard]] CheckKind knowledge_retention_row();
[[nodiscard]] CheckKind role_adherence_row();
// embedding.cpp
[[nodiscard]] CheckKind embedding_row();
// exec.cpp
[[nodiscard]] CheckKind exec_row();

// rag/
[[nodiscard]] CheckKind faithfulness_row();
[[nodiscard]] CheckKind answer_relevancy_row();
[[nodiscard]] CheckKind context_precision_row();
[[nodiscard]] CheckKind context_recall_row();
[[nodiscard]] CheckKind context_relevancy_row();
[[nodiscard]] CheckKind factual_correctness_row();
[[nodiscard]] CheckKind noise_sensitivity_row();
[[nodiscard]] CheckKind citation_precision_row();
[[nodiscard]] CheckKind citation_recall_row();
[[nodiscard]] CheckKind abstention_row();

}  // namespace assay::judges
