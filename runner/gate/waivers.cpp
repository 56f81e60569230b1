#include "runner/gate/waiver_rules.hpp"

#include <assay/core/digest.hpp>
#include <assay/text/file.hpp>
#include <assay/text/reader.hpp>
#include <assay/text/utf8.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace assay::gate {

namespace {

using text::MapReader;
using text::Node;

constexpr std::int64_t kDay = 24LL * 60 * 60 * 1000;

/// A text that must be there and say something.
std::string must(MapReader& reader, std::string_view key, std::string_view example) {
  const Node* node = reader.require(key, example);
  if (!node) return {};
  auto text = reader.string(key).value_or("");
  if (node->is_scalar() && text::trim(text).empty()) {
    reader.diagnostics().error(node->place(), fmt::format("{} is empty", key),
                               fmt::format("for example `{}: {}`", key, example));
  }
  return text;
}

/// A date, or a moment as RFC 3339 writes it.
std::optional<WallTime> read_time(MapReader& reader, std::string_view key, bool ends) {
  const Node* node = reader.get(key);
  if (!node) return std::nullopt;
  if (node->is_scalar()) {
    if (const auto moment = from_rfc3339(node->scalar)) return moment;
    if (const auto day = from_rfc3339(node->scalar + "T00:00:00Z")) {
      return WallTime{ends ? day->unix_ms + kDay - 1 : day->unix_ms};
    }
  }
  reader.diagnostics().error(node->place(), fmt::format("{} must be a date, found {}", key, describe(*node)),
                             fmt::format("`{0}: 2026-12-15`, or `{0}: 2026-12-15T10:00:00Z`", key));
  return std::nullopt;
}

WallTime must_end(MapReader& reader) {
  if (!reader.require("expires", "2026-12-15")) return {};
  return read_time(reader, "expires", true).value_or(WallTime{});
}

/// A number in the metric's unit, or a duration.
double read_limit(MapReader& reader) {
  const Node* node = reader.require("limit", "0.74");
  if (!node) return 0;
  if (node->is_scalar()) {
    if (const auto number = text::parse_number(node->scalar)) return *number;
    if (const auto duration = text::parse_duration(node->scalar)) return to_seconds(*duration);
  }
  reader.diagnostics().error(node->place(),
                             fmt::format("limit must be a number or a duration, found {}", describe(*node)),
                             "the worst value that is let pass: `limit: 0.74`, `limit: 2s`");
  return 0;
}

void check_waiver(MapReader& reader, const Waiver& waiver) {
  if (!waiver.author.empty() && same_word(waiver.author, waiver.approver)) {
    reader.error(fmt::format("waiver '{}' is approved by its author, {}", waiver.id, waiver.author),
                 "somebody else must approve it");
  }
  if (!waiver.created) return;
  if (waiver.expires < *waiver.created) {
    reader.error(fmt::format("waiver '{}' expires before it was created", waiver.id), "correct one of the dates");
  } else if (runs_too_long(*waiver.created, waiver.expires)) {
    reader.error(fmt::format("waiver '{}' runs for more than {} days", waiver.id, kLongestWaiverDays),
                 "let it expire earlier, and decide again then");
  }
}

Waiver read_waiver(const Node& node, Diagnostics& diagnostics) {
  Waiver waiver;
  waiver.at = node.place();
  MapReader reader(node, "waiver", diagnostics);
  if (!node.is_map()) return waiver;
  waiver.id = must(reader, "id", "W-12");
  waiver.gate = must(reader, "gate", "overall");
  waiver.suite = reader.string("suite").value_or("");
  for (auto& [key, value] : reader.string_map("slice")) waiver.slice[key] = value;
  waiver.candidate = reader.string("candidate").value_or("");
  waiver.limit = read_limit(reader);
  waiver.reason = must(reader, "reason", "why it may pass");
  waiver.author = must(reader, "author", "ben");
  waiver.approver = must(reader, "approver", "ana");
  waiver.role = must(reader, "role", "quality");
  waiver.ticket = must(reader, "ticket", "GEO-417");
  waiver.created = read_time(reader, "created", false);
  waiver.expires = must_end(reader);
  reader.finish();
  check_waiver(reader, waiver);
  return waiver;
}

Signoff read_signoff(const Node& node, Diagnostics& diagnostics) {
  Signoff signoff;
  MapReader reader(node, "sign-off", diagnostics);
  if (!node.is_map()) return signoff;
  signoff.decision = must(reader, "decision", "\"sha256:…\"");
  signoff.role = must(reader, "role", "quality");
  signoff.by = must(reader, "by", "ana");
  signoff.candidate = reader.string("candidate").value_or("");
  if (reader.require("at", "2026-11-21T10:00:00Z")) signoff.at = read_time(reader, "at", false).value_or(WallTime{});
  reader.finish();
  return signoff;
}

Quarantine read_quarantine(const Node& node, Diagnostics& diagnostics) {
  Quarantine quarantine;
  quarantine.at = node.place();
  MapReader reader(node, "quarantine", diagnostics);
  if (!node.is_map()) return quarantine;
  quarantine.suite = must(reader, "suite", "capitals");
  quarantine.case_id = must(reader, "case", "jp");
  quarantine.owner = must(reader, "owner", "geo");
  quarantine.reason = must(reader, "reason", "why nobody can rely on it");
  quarantine.expires = must_end(reader);
  reader.finish();
  return quarantine;
}

Weakening read_weakening(const Node& node, Diagnostics& diagnostics) {
  Weakening weakening;
  weakening.at = node.place();
  MapReader reader(node, "weakening", diagnostics);
  if (!node.is_map()) return weakening;
  weakening.gate = reader.string("gate").value_or("");
  weakening.suite = reader.string("suite").value_or("");
  weakening.key = must(reader, "key", "floor");
  weakening.from = must(reader, "from", "0.85");
  weakening.to = must(reader, "to", "0.80");
  weakening.reason = must(reader, "reason", "why it may be weaker");
  weakening.by = must(reader, "by", "ana");
  reader.finish();
  return weakening;
}

template <class T, class Read>
void read_list(MapReader& file, std::string_view key, Read read, std::vector<T>& into) {
  const Node* list = file.get(key);
  if (!list) return;
  if (!list->is_seq()) {
    file.diagnostics().error(list->place(), fmt::format("{} must be a list, found {}", key, describe(*list)),
                             "start each entry with `- `");
    return;
  }
  for (const auto& item : list->items) into.push_back(read(item, file.diagnostics()));
}

void refuse_twins(const std::vector<Waiver>& waivers, Diagnostics& diagnostics) {
  std::set<std::string> ids;
  for (const auto& waiver : waivers) {
    if (waiver.id.empty() || ids.insert(waiver.id).second) continue;
    diagnostics.error(waiver.at, fmt::format("there are two waivers with the id '{}'", waiver.id),
                      "give each its own id");
  }
}

}  // namespace

bool same_word(std::string_view one, std::string_view other) {
  return text::fold_case(text::trim(one)) == text::fold_case(text::trim(other));
}

bool runs_too_long(WallTime from, WallTime until) {
  return until.unix_ms - from.unix_ms >= (kLongestWaiverDays + 1) * kDay;
}

std::optional<Waivers> load_waivers(const std::filesystem::path& file, Diagnostics& diagnostics) {
  const auto faults = diagnostics.error_count();
  const auto bytes = text::read_bytes(file);
  const auto document = bytes ? text::parse_yaml(*bytes, file.string()) : Result<Node>(bytes.error());
  if (!document) {
    diagnostics.error(document.error());
    return std::nullopt;
  }
  MapReader reader(*document, "waivers file", diagnostics);
  if (!document->is_map()) return std::nullopt;
  Waivers waivers;
  if (const Node* version = reader.require("version", "1")) {
    const auto number = reader.integer("version", 0);
    if (number && *number != 1) {
      diagnostics.error(version->place(), fmt::format("waivers version {} is not known", *number), "`version: 1`");
    }
  }
  read_list(reader, "waivers", read_waiver, waivers.waivers);
  read_list(reader, "signoffs", read_signoff, waivers.signoffs);
  read_list(reader, "quarantine", read_quarantine, waivers.quarantine);
  read_list(reader, "weakenings", read_weakening, waivers.weakenings);
  reader.finish();
  refuse_twins(waivers.waivers, diagnostics);
  if (diagnostics.error_count() > faults) return std::nullopt;
  waivers.digest = to_string(sha256(*bytes));
  return waivers;
}

}  // namespace assay::gate
