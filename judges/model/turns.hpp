#pragma once
/// The conversation that a sample is: what was said before, and the answer as its last turn.

#include <assay/core/check.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace assay::judges {

/// What a user or the assistant said. `number` counts the assistant's turns from 1; 0 for a user's.
struct Turn {
  std::size_t number = 0;
  std::string text;
};

/// The turns of users and of the assistant, in order, the answer last. Instructions (system, developer), tools' replies
/// and calls without text are no turns.
[[nodiscard]] std::vector<Turn> turns_of(const CheckContext& context);

/// The assistant's turns among them; at least 1.
[[nodiscard]] std::size_t assistant_turns(const std::vector<Turn>& turns);

/// Each turn within a fence that says whose it is: `<user 3f9a…>`, `<assistant turn 2 3f9a…>`. One word for all,
/// made from the whole conversation: no turn can hold it, and so none can pretend to be another.
[[nodiscard]] std::string fenced_turns(std::string_view salt, const std::vector<Turn>& turns);

}  // namespace assay::judges
