#pragma once
/// From the history to a cassette: what a run asked, of its target, judges and programs, and what came back.

#include <assay/cassette/cassette.hpp>
#include <assay/store/store.hpp>

#include <filesystem>
#include <span>
#include <string>
#include <string_view>

namespace assay::app {

/// False for a cassette that is still to be made: a file that is missing or empty.
[[nodiscard]] bool holds_anything(const std::filesystem::path& file);

/// Who is asked, as a cassette names it; a program (api `command`, no URL) is where we are. Recording and replaying
/// must agree on it.
[[nodiscard]] cassette::Peer peer_of(const std::string& api, std::string_view url, const std::string& model);

/// Writes the calls of `runs` to `file`; with `keep`, the calls that `file` holds already and these runs did not ask
/// stay. Errors: `store`, `invalid` for a file that is no cassette.
[[nodiscard]] Result<void> record(store::Store& store, std::span<const store::RunHeader> runs,
                                  const std::filesystem::path& file, bool keep);

}  // namespace assay::app
