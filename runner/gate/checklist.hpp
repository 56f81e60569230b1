#pragma once
/// What must be in place before traffic may come to a candidate.

#include <array>

namespace assay::gate {

struct ChecklistItem {
  const char* key;      ///< in the policy's `canary: {checklist: …}`
  const char* what;     ///< as a sentence names what is missing
  const char* example;  ///< of a value
};

inline constexpr std::array kChecklist{
    ChecklistItem{"runbook", "a runbook", "https://…"}, ChecklistItem{"oncall", "somebody on call", "geo"},
    ChecklistItem{"kill_switch", "a kill switch", "flag-1"}, ChecklistItem{"fallback", "a fallback", "v6"},
    ChecklistItem{"dashboard", "a dashboard", "https://…"}};

}  // namespace assay::gate
