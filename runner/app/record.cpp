#include "runner/app/record.hpp"

#include <assay/cassette/cassette.hpp>

namespace assay::app {

bool holds_anything(const std::filesystem::path& file) {
  std::error_code missing;
  const auto status = std::filesystem::status(file, missing);
  if (!std::filesystem::exists(status)) return false;
  return !std::filesystem::is_regular_file(status) || std::filesystem::file_size(file, missing) > 0;
}

Result<void> record(store::Store& store, std::span<const store::RunHeader> runs, const std::filesystem::path& file,
                    bool keep) {
  auto recorder = cassette::Recorder::create(file);
  if (!recorder) return recorder.error();
  for (const auto& run : runs) {
    const cassette::Peer peer{run.api, cassette::url_class(run.url), run.model};
    const auto added = store.calls(run.id, [&](const store::StoredCall& call) {
      return (*recorder)->add(peer,
                              {call.suite, call.case_id, call.unit.sample, call.messages, call.params, call.step});
    });
    if (!added) return added.error();
  }
  if (keep && holds_anything(file)) {
    if (const auto kept = (*recorder)->keep(file); !kept) return kept.error();
  }
  return (*recorder)->commit();
}

}  // namespace assay::app
