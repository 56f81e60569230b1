#include "runner/app/record.hpp"

#include "runner/app/config.hpp"

#include <fmt/format.h>

namespace assay::app {

bool holds_anything(const std::filesystem::path& file) {
  std::error_code missing;
  const auto status = std::filesystem::status(file, missing);
  if (!std::filesystem::exists(status)) return false;
  return !std::filesystem::is_regular_file(status) || std::filesystem::file_size(file, missing) > 0;
}

namespace {

std::string_view path_of(std::string_view url) {
  const auto host = url.find("://");
  const auto path = host == std::string_view::npos ? url.find('/') : url.find('/', host + 3);
  return path == std::string_view::npos ? std::string_view() : url.substr(path);
}

cassette::Peer asked_in(const store::RunHeader& run, const Step& step) {
  if (step.question == nullptr) return peer_of(run.api, run.url, run.model);
  const auto& to = step.question->to;
  for (const auto& judge : run.judges) {
    if (judge.name == to) return peer_of(judge.api, judge.url, judge.model);
  }
  return peer_of(std::string(kCommand), "", to);
}

}  // namespace

cassette::Peer peer_of(const std::string& api, std::string_view url, const std::string& model) {
  if (api == kCommand) return {api, "local", url.empty() ? model : std::string(url)};
  // An application's address says what is asked there, and its fragment how (`expand`).
  if (api == kHttp) return {api, cassette::url_class(url), fmt::format("{} {}", model, path_of(url))};
  return {api, cassette::url_class(url), model};
}

Result<void> record(store::Store& store, std::span<const store::RunHeader> runs, const std::filesystem::path& file,
                    bool keep) {
  auto recorder = cassette::Recorder::create(file);
  if (!recorder) return recorder.error();
  for (const auto& run : runs) {
    const auto added = store.calls(run.id, [&](const store::StoredCall& call) {
      return (*recorder)->add(asked_in(run, call.step),
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
