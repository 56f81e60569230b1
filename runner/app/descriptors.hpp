#pragma once
/// How many connections the system lets the process hold.

#include <cstdint>

namespace assay::app {

/// Raises the soft limit of open files to the hard one, and gives what it is then.
[[nodiscard]] std::uint64_t raise_descriptor_limit();

/// Of `files` open files, how many can be connections: the rest is for the history, the data sets and the loop.
[[nodiscard]] std::uint32_t connections_within(std::uint64_t files);

}  // namespace assay::app
