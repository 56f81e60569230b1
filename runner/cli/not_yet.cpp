#include "runner/cli/not_yet.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

namespace assay::cli {

namespace {

constexpr std::array<std::string_view, 7> kCommands{"plan",   "compare",  "baseline", "report",
                                                    "canary", "simulate", "verify"};
constexpr std::array<std::string_view, 2> kOptions{"--baseline", "--report"};
constexpr std::string_view kDiff = "--diff";

template <class Names>
bool contains(const Names& names, std::string_view word) {
  return std::find(names.begin(), names.end(), word) != names.end();
}

Error refuse(std::string_view what) {
  return {
      ErrorKind::usage, fmt::format("{} is not available in this version", what), "`assay --help` lists what is", {}};
}

}  // namespace

std::optional<Error> find_not_yet(std::span<const std::string> arguments) {
  if (arguments.empty()) return std::nullopt;
  const std::string_view command = arguments.front();
  if (contains(kCommands, command)) return refuse(fmt::format("the command '{}'", command));
  for (const auto& argument : arguments.subspan(1)) {
    const auto option = std::string_view(argument).substr(0, argument.find('='));
    const bool diff = option == kDiff && command == "gate";
    const bool measures = command == "run" || command == "gate";
    if (diff || (measures && contains(kOptions, option))) return refuse(fmt::format("the option {}", option));
    if (argument == "--") break;
  }
  return std::nullopt;
}

}  // namespace assay::cli
