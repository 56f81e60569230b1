#pragma once
/// Which cases a gate is about.

#include "runner/gate/suite_view.hpp"

#include <assay/gate/gate.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace assay::gate {

/// True if every wanted tag is there with that text.
[[nodiscard]] bool matches(const Tags& tags, const Tags& wanted);

/// `severity=critical, topic=t3`
[[nodiscard]] std::string tags_text(const Tags& tags);

inline constexpr std::string_view kSmallSlices = "(small)";

struct Slice {
  Tags tags;  ///< empty without `by`
  std::vector<std::uint32_t> cases;
  bool small = false;  ///< pooled from slices below `min_n`; never passes
};

/// All, or without those that were set aside.
enum class Cases { all, counted };

/// The cases that match `where` and to which the metric applies, cut by `by`: tag values in byte order, then `(none)`
/// for cases without the tag, then `(small)` for those of all slices below `min_n`. Empty if no case is left.
[[nodiscard]] std::vector<Slice> cut(const SuiteView& view, const GateSpec& gate, const MetricReader& reader,
                                     Cases which = Cases::all);

}  // namespace assay::gate
