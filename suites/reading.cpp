#include "suites/reading.hpp"

#include <assay/text/utf8.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace assay::suites {

namespace {

constexpr std::size_t kMaxName = 128;
constexpr std::size_t kMaxCaseId = 256;

}  // namespace

void read_version(text::MapReader& reader) {
  const auto* version = reader.require("version", "1");
  if (version == nullptr) return;
  if (version->is_scalar() && !version->quoted && version->scalar == "1") return;
  const auto fault = version->is_scalar() && version->scalar == "1"
                         ? std::string("the version is a number, not a text")
                         : fmt::format("this Assay reads version 1, not {}", text::describe(*version));
  reader.diagnostics().error(version->place(), fault, "write `version: 1`");
}

bool is_name(std::string_view text) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' ||
           c == '-';
  };
  return !text.empty() && text.size() <= kMaxName && std::all_of(text.begin(), text.end(), allowed);
}

std::optional<std::string> case_id_fault(std::string_view id) {
  if (text::trim(id).empty()) return "a case's id is empty";
  if (id.size() > kMaxCaseId && text::count_chars(id) > kMaxCaseId) {
    return fmt::format("the case id {} is longer than {} characters", text::in_quotes(id, 24), kMaxCaseId);
  }
  const auto control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; };
  if (std::any_of(id.begin(), id.end(), control)) {
    return fmt::format("the case id {} holds control characters", text::in_quotes(id));
  }
  return std::nullopt;
}

std::filesystem::path resolve(const std::filesystem::path& from, std::string_view named) {
  return (from.parent_path() / named).lexically_normal();
}

std::vector<const text::Node*> scalars(const text::Node& node, std::string_view what, Diagnostics& diagnostics) {
  std::vector<const text::Node*> found;
  const auto add = [&](const text::Node& item) {
    if (item.is_scalar() && !item.scalar.empty()) {
      found.push_back(&item);
    } else {
      diagnostics.error(item.place(), fmt::format("{} takes texts, not {}", what, text::describe(item)),
                        fmt::format("write {}: [first, second]", what));
    }
  };
  if (!node.is_seq()) {
    add(node);
  } else {
    for (const auto& item : node.items) add(item);
  }
  return found;
}

}  // namespace assay::suites
