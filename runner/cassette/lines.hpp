#pragma once
/// A walk over a cassette's lines that looks at the beginning of each and holds none of them.

#include "runner/cassette/disk.hpp"
#include "runner/cassette/line.hpp"

#include <functional>

namespace assay::cassette {

/// Where a call lies in its file. `line` counts from 1, the header's.
struct Spot {
  std::uint64_t offset = 0;
  std::uint32_t length = 0;  ///< without the line end
  std::uint32_t line = 0;
};

/// Shows every call's head. A line is parsed as a whole only where its keys are in another order, or where it is the
/// last one and has no line end. Errors: `invalid` with file and line for what is no cassette, a newer one, or damaged;
/// whatever `each` gives.
[[nodiscard]] Result<void> for_each_call(const InFile& file,
                                         const std::function<Result<void>(const Head&, const Spot&)>& each);

/// Errors: `invalid` for a file whose first line is not that of a cassette which this version reads.
[[nodiscard]] Result<void> check_first_line(const InFile& file);

/// The error with its place.
[[nodiscard]] Error at_line(Error error, const InFile& file, std::uint32_t line);

}  // namespace assay::cassette
