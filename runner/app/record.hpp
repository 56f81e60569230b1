#pragma once
/// From the history to a cassette: what a run asked, and what came back.

#include <assay/store/store.hpp>

#include <filesystem>
#include <span>

namespace assay::app {

/// False for a cassette that is still to be made: a file that is missing or empty.
[[nodiscard]] bool holds_anything(const std::filesystem::path& file);

/// Writes the calls of `runs` to `file`; with `keep`, the calls that `file` holds already and these runs did not ask
/// stay. Errors: `store`, `invalid` for a file that is no cassette.
[[nodiscard]] Result<void> record(store::Store& store, std::span<const store::RunHeader> runs,
                                  const std::filesystem::path& file, bool keep);

}  // namespace assay::app
