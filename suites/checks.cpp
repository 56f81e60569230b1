#include "suites/reading.hpp"

#include <assay/text/utf8.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

namespace assay::suites {

namespace {

// `use` multiplies: a few files that use each other twice would fill the memory.
constexpr std::size_t kMaxChecks = 1000;

/// Gives the checks behind a name; nullptr after reporting.
using FindShared = std::function<const std::vector<CheckSpec>*(const text::Node& name)>;

void use_unknown(const text::Node& name, std::vector<std::string> known, Diagnostics& diagnostics) {
  auto hint = known.empty() ? std::string("include the file that defines it: include: [checks.yaml]")
                            : text::suggest(name.scalar, known, "shared checks");
  diagnostics.error(name.place(),
                    fmt::format("`use` names {}, which no included file defines", text::in_quotes(name.scalar)),
                    std::move(hint));
}

std::optional<CheckSpec> read_check(const text::Node& entry, Diagnostics& diagnostics) {
  if (entry.is_scalar()) {
    diagnostics.error(entry.place(), fmt::format("a check is a mapping, not {}", text::describe(entry)),
                      fmt::format("write `- {}: …`, or `- {}: {{}}` for a check without options",
                                  text::excerpt(entry.scalar, 40), text::excerpt(entry.scalar, 40)));
    return std::nullopt;
  }
  if (!entry.is_map() || entry.entries.empty()) {
    diagnostics.error(
        entry.place(),
        fmt::format("a check is a mapping, not {}", entry.is_map() ? "an empty one" : text::describe(entry)),
        "write `- contains: Paris`");
    return std::nullopt;
  }
  const auto& [key, argument] = entry.entries.front();
  if (entry.entries.size() > 1) {
    const auto& second = entry.entries[1].first;
    diagnostics.error(
        second.place(),
        fmt::format("a check has one key, and {} comes after {}", text::in_quotes(second.scalar),
                    text::in_quotes(key.scalar)),
        fmt::format("start another check with `- {}:`, or make it an option: `{}: {{value: …, {}: …}}`",
                    text::excerpt(second.scalar, 40), text::excerpt(key.scalar, 40), text::excerpt(second.scalar, 40)));
    return std::nullopt;
  }
  return CheckSpec{.name = key.scalar, .argument = argument, .at = key.place()};
}

std::vector<CheckSpec> read_list(const text::Node& list, const FindShared& find, Diagnostics& diagnostics) {
  std::vector<CheckSpec> checks;
  if (!list.is_seq()) {
    diagnostics.error(list.place(), fmt::format("checks is a list, not {}", text::describe(list)),
                      "write checks: [{contains: Paris}]");
    return checks;
  }
  for (const auto& entry : list.items) {
    auto check = read_check(entry, diagnostics);
    if (!check) continue;
    if (check->name != "use") {
      checks.push_back(std::move(*check));
    } else if (!check->argument.is_scalar()) {
      diagnostics.error(check->at,
                        fmt::format("`use` takes the name of shared checks, not {}", text::describe(check->argument)),
                        "write `- use: polite`");
    } else if (const auto* shared = find(check->argument)) {
      checks.insert(checks.end(), shared->begin(), shared->end());
    }
    if (checks.size() > kMaxChecks) {
      diagnostics.error(entry.place(), fmt::format("more than {} checks in one list", kMaxChecks), "use fewer checks");
      return {};
    }
  }
  return checks;
}

/// The raw lists of all included files, and those already resolved.
class Includes {
 public:
  explicit Includes(Diagnostics& diagnostics) : diagnostics_(diagnostics) {}

  void read(const text::Node& include, const std::filesystem::path& from) {
    for (const auto* name : scalars(include, "include", diagnostics_)) read_file(*name, resolve(from, name->scalar));
  }

  SharedChecks resolve_all() {
    for (const auto& [name, definition] : raw_) resolve_one(definition.name);
    return std::move(resolved_);
  }

 private:
  struct Definition {
    text::Node name;
    text::Node list;
  };

  void read_file(const text::Node& named, const std::filesystem::path& path) {
    std::error_code ec;
    const auto real = std::filesystem::weakly_canonical(path, ec).string();
    if (const auto open = std::find(open_files_.begin(), open_files_.end(), real); open != open_files_.end()) {
      diagnostics_.error(named.place(), fmt::format("{} includes itself", text::in_quotes(named.scalar)),
                         "remove one of the includes");
      return;
    }
    if (!seen_files_.insert(real).second) return;
    const auto root = text::load_yaml(path);
    if (!root) {
      auto error = root.error();
      if (error.at.line == 0) error.at = named.place();
      diagnostics_.error(std::move(error));
      complete_ = false;
      return;
    }
    open_files_.push_back(real);
    read_root(*root, path);
    open_files_.pop_back();
  }

  void read_root(const text::Node& root, const std::filesystem::path& path) {
    text::MapReader reader(root, "shared checks", diagnostics_);
    if (!root.is_map()) return;
    read_version(reader);
    if (const auto* include = reader.get("include")) read(*include, path);
    const auto* checks = reader.get("checks");
    if (checks != nullptr && !checks->is_map()) {
      diagnostics_.error(checks->place(), fmt::format("shared checks have names; this is {}", text::describe(*checks)),
                         "write checks: {polite: [{length: {max: 600}}]}");
    } else if (checks != nullptr) {
      for (const auto& [name, list] : checks->entries) define(name, list);
    } else if (root.find("include") == nullptr) {
      reader.error("the file defines no checks", "write checks: {polite: [{length: {max: 600}}]}");
    }
    reader.finish();
  }

  void define(const text::Node& name, const text::Node& list) {
    const auto [at, fresh] = raw_.try_emplace(name.scalar, Definition{name, list});
    if (!fresh) {
      diagnostics_.error(name.place(),
                         fmt::format("the shared checks {} are also defined at {}", text::in_quotes(name.scalar),
                                     to_string(at->second.name.place())),
                         "rename one of them");
    }
  }

  const std::vector<CheckSpec>* resolve_one(const text::Node& name) {
    const auto raw = raw_.find(name.scalar);
    if (raw == raw_.end() && !complete_) return nullptr;
    if (raw == raw_.end()) {
      std::vector<std::string> known;
      for (const auto& [other, definition] : raw_) known.push_back(other);
      use_unknown(name, std::move(known), diagnostics_);
      return nullptr;
    }
    if (const auto done = resolved_.find(name.scalar); done != resolved_.end()) return &done->second;
    if (std::find(open_names_.begin(), open_names_.end(), name.scalar) != open_names_.end()) {
      diagnostics_.error(name.place(),
                         fmt::format("the shared checks {} use themselves: {} → {}", text::in_quotes(name.scalar),
                                     fmt::join(open_names_, " → "), name.scalar),
                         "remove one of the `use`");
      return nullptr;
    }
    open_names_.push_back(name.scalar);
    auto checks =
        read_list(raw->second.list, [this](const text::Node& used) { return resolve_one(used); }, diagnostics_);
    open_names_.pop_back();
    return &resolved_.emplace(name.scalar, std::move(checks)).first->second;
  }

  Diagnostics& diagnostics_;
  std::map<std::string, Definition, std::less<>> raw_;
  SharedChecks resolved_;
  bool complete_ = true;  // every file could be read
  std::set<std::string> seen_files_;
  std::vector<std::string> open_files_;
  std::vector<std::string> open_names_;
};

}  // namespace

std::vector<CheckSpec> read_checks(const text::Node& list, const Uses& uses, Diagnostics& diagnostics) {
  const auto find = [&](const text::Node& name) -> const std::vector<CheckSpec>* {
    const auto found = uses.shared.find(name.scalar);
    if (found != uses.shared.end()) return &found->second;
    if (!uses.complete) return nullptr;
    std::vector<std::string> known;
    for (const auto& [other, checks] : uses.shared) known.push_back(other);
    use_unknown(name, std::move(known), diagnostics);
    return nullptr;
  };
  return read_list(list, find, diagnostics);
}

SharedChecks read_includes(const text::Node& include, const std::filesystem::path& file, Diagnostics& diagnostics) {
  Includes includes(diagnostics);
  includes.read(include, file);
  return includes.resolve_all();
}

}  // namespace assay::suites
