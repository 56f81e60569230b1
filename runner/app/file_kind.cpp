#include "runner/app/file_kind.hpp"

#include <algorithm>
#include <initializer_list>

namespace assay::app {

FileKind kind_of_file(const text::Node& document) {
  const auto has = [&](std::initializer_list<std::string_view> keys) {
    return std::any_of(keys.begin(), keys.end(), [&](auto key) { return document.find(key) != nullptr; });
  };
  if (has({"suite", "cases"})) return FileKind::suite;
  if (has({"targets", "judges", "suites"})) return FileKind::config;
  if (has({"gates", "baseline", "max_error_rate", "sampling", "canary"})) return FileKind::policy;
  if (has({"waivers", "signoffs", "quarantine", "weakenings"})) return FileKind::waivers;
  if (has({"rules"})) return FileKind::script;
  if (has({"checks"})) return FileKind::checks;
  return FileKind::unknown;
}

}  // namespace assay::app
