#pragma once
/// How many connections the system lets the process hold.

#include "runner/app/config.hpp"

#include <assay/exec/limits.hpp>

#include <cstdint>

namespace assay::app {

/// Raises the soft limit of open files to the hard one, and gives what it is then.
[[nodiscard]] std::uint64_t raise_descriptor_limit();

/// Of `files` open files, how many can be connections: the rest is for the history, the data sets and the loop.
[[nodiscard]] std::uint32_t connections_within(std::uint64_t files);

/// Of a program under way: two pipes, and a handle.
inline constexpr std::uint32_t kFilesOfProgram = 3;

/// Open files that one call to a target or judge holds.
[[nodiscard]] std::uint32_t files_of_call(const Target& target);

/// Bounds what is in flight at once, fixed or found out.
void hold_at(std::uint32_t most, exec::Limits& limits);

}  // namespace assay::app
