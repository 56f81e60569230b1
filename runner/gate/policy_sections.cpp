#include "runner/gate/policy_sections.hpp"

#include "runner/gate/checklist.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace assay::gate {

namespace {

using text::MapReader;
using text::Node;

const std::array<std::string, 2> kOnInconclusive{"fail", "warn"};
const std::array<std::string, 2> kSpending{"obf", "pocock"};
const std::array<std::string, 1> kRepeated{"history_flaky"};
constexpr double kLeastStep = 0.005;  // between looks: what the boundaries are computed for
constexpr std::int64_t kMostBaselineRuns = 100;
constexpr std::int64_t kMostRounds = 20;
constexpr std::string_view kDigest = "sha256:";

std::optional<Duration> read_age(MapReader& reader, std::string_view example) {
  const auto age = reader.duration("max_age");
  if (age && *age <= Duration{}) {
    reader.error("max_age must be above 0: everything is older than that", fmt::format("for example `{}`", example));
  }
  return age;
}

/// A text that must say something where it is written.
std::optional<std::string> read_text(MapReader& reader, std::string_view key, std::string_view example) {
  auto text = reader.string(key);
  if (text && text->empty()) {
    reader.error(fmt::format("{} is empty", key), fmt::format("for example `{}: {}`, or leave it out", key, example));
  }
  return text;
}

/// A list of shares, ascending, each above 0 and at most 1.
std::vector<double> read_shares(MapReader& reader, std::string_view key, std::string_view example) {
  const auto* node = reader.require(key, example);
  if (!node) return {};
  std::vector<double> shares;
  const auto hint = fmt::format("for example `{}: {}`", key, example);
  for (const auto& item : node->items) {
    const auto share = item.is_scalar() ? text::parse_number(item.scalar) : std::nullopt;
    if (!share || *share <= 0 || *share > 1) {
      reader.diagnostics().error(
          item.place(), fmt::format("{} must be shares above 0, at most 1, found {}", key, describe(item)), hint);
      return {};
    }
    if (!shares.empty() && *share <= shares.back()) {
      reader.diagnostics().error(item.place(), fmt::format("{} must ascend: {} follows {}", key, *share, shares.back()),
                                 hint);
      return {};
    }
    shares.push_back(*share);
  }
  if (shares.empty()) reader.diagnostics().error(node->place(), fmt::format("{} must be a list of shares", key), hint);
  return shares;
}

void check_looks(MapReader& reader, const std::vector<double>& looks) {
  if (looks.empty()) return;
  if (looks.back() != 1) {
    reader.error("the last look must be 1: the end of the run is one", "for example `looks: [0.4, 0.6, 0.8, 1.0]`");
  }
  double before = 0;
  for (const double look : looks) {
    if (look - before < kLeastStep - 1e-12) {
      reader.error(fmt::format("looks must be at least {} apart, the first from 0", kLeastStep),
                   "a look more costs calls: four or five do");
      return;
    }
    before = look;
  }
}

stats::Spending read_spending(MapReader& reader, stats::Spending otherwise) {
  const auto word = reader.choice("spending", kSpending);
  if (!word) return otherwise;
  return *word == "pocock" ? stats::Spending::pocock : stats::Spending::obrien_fleming;
}

Sampling::Repeat read_repeat(const Node& node, Diagnostics& diagnostics) {
  Sampling::Repeat repeat;
  MapReader reader(node, "repeat", diagnostics);
  if (!node.is_map()) return repeat;
  if (const auto most = reader.integer("max_rounds", 1, kMostRounds)) {
    repeat.max_rounds = static_cast<std::uint32_t>(*most);
  }
  repeat.spending = read_spending(reader, repeat.spending);
  (void)reader.choice("only", kRepeated);
  reader.finish();
  return repeat;
}

std::optional<std::string> read_rollback(const Node& node, Diagnostics& diagnostics) {
  MapReader reader(node, "rollback", diagnostics);
  if (!node.is_map()) return std::nullopt;
  auto to = reader.require("to", "\"sha256:…\"") ? reader.string("to") : std::nullopt;
  reader.finish();
  if (!to || (to->starts_with(kDigest) && to->size() > kDigest.size())) return to;
  reader.error("a rollback goes to a digest: a name may mean something else by then",
               "`rollback: {to: \"sha256:…\"}`, the candidate's digest of the verdict that was released");
  return to;
}

std::map<std::string, std::string> read_checklist(const Node& node, Diagnostics& diagnostics) {
  std::map<std::string, std::string> checklist;
  MapReader reader(node, "checklist", diagnostics);
  if (!node.is_map()) return checklist;
  for (const auto& item : kChecklist) {
    if (auto value = read_text(reader, item.key, "where it is, or who")) checklist[item.key] = *std::move(value);
  }
  reader.finish();
  return checklist;
}

/// The rate that is not tolerated must be one.
void check_canary(MapReader& reader, const CanaryPolicy& canary) {
  if (canary.tolerated_ratio <= 1) {
    reader.error("tolerated_ratio must be above 1: the canary's failure rate to the stable one's",
                 "for example `tolerated_ratio: 2`");
  }
  if (!canary.failure_rate) return;
  if (*canary.failure_rate <= 0 || *canary.failure_rate >= 1) {
    reader.error("failure_rate must lie between 0 and 1, both excluded: of live stable traffic, its upper bound",
                 "for example `failure_rate: 0.02`");
  } else if (*canary.failure_rate * canary.tolerated_ratio >= 1) {
    reader.error(
        fmt::format("failure_rate {:g} times tolerated_ratio {:g} is no share: every canary would be tolerated",
                    *canary.failure_rate, canary.tolerated_ratio),
        "lower one of them");
  }
}

}  // namespace

std::optional<bool> read_warn(MapReader& reader) {
  const auto word = reader.choice("on_inconclusive", kOnInconclusive);
  if (!word) return std::nullopt;
  return *word == "warn";
}

void check_margin(MapReader& reader, std::string_view key, std::optional<double> margin) {
  if (!margin || (*margin > 0 && *margin < 1)) return;
  const bool percent = *margin > 1 && *margin < 100;
  reader.error(fmt::format("{} must lie between 0 and 1, both excluded: what the candidate may lose", key),
               fmt::format("for example `{}: {}`", key, percent ? *margin / 100 : 0.05));
}

void read_judge(MapReader& policy_file, Policy& policy) {
  const Node* node = policy_file.get("judge");
  if (!node) return;
  MapReader reader(*node, "judge", policy_file.diagnostics());
  if (!node->is_map()) return;
  JudgePolicy judge;
  if (reader.require("min_youden", "0.6")) judge.min_youden = reader.number("min_youden", 0, 1).value_or(0);
  judge.max_age = read_age(reader, "max_age: 90d");
  reader.finish();
  if (judge.min_youden >= 1) {
    reader.error("min_youden must be below 1: no number of labels shows a judge without error",
                 "for example `min_youden: 0.6`");
  }
  policy.judge = judge;
}

void read_baseline(MapReader& policy_file, Policy& policy) {
  const Node* node = policy_file.get("baseline");
  if (!node) return;
  MapReader reader(*node, "baseline", policy_file.diagnostics());
  if (!node->is_map()) return;
  BaselinePolicy baseline;
  baseline.ref = read_text(reader, "ref", "main").value_or("");
  if (const auto runs = reader.integer("runs", 1, kMostBaselineRuns)) baseline.runs = static_cast<std::uint64_t>(*runs);
  baseline.max_age = read_age(reader, "max_age: 14d");
  baseline.anchor = read_text(reader, "anchor", "ga-2026-09").value_or("");
  baseline.anchor_margin = reader.number("anchor_margin");
  check_margin(reader, "anchor_margin", baseline.anchor_margin);
  baseline.bootstrap = reader.boolean("bootstrap").value_or(false);
  const bool anchor = reader.get("anchor") != nullptr;
  const bool margin = reader.get("anchor_margin") != nullptr;
  reader.finish();
  if (anchor && !margin) reader.error("an anchor needs an anchor_margin", "for example `anchor_margin: 0.10`");
  if (margin && !anchor) {
    reader.error("anchor_margin needs an anchor: the baseline that stays while the others move on",
                 "for example `anchor: ga-2026-09`");
  }
  policy.baseline = std::move(baseline);
}

void read_sampling(MapReader& policy_file, Policy& policy) {
  const Node* node = policy_file.get("sampling");
  if (!node) return;
  MapReader reader(*node, "sampling", policy_file.diagnostics());
  if (!node->is_map()) return;
  Sampling sampling;
  sampling.looks = read_shares(reader, "looks", "[0.4, 0.6, 0.8, 1.0]");
  check_looks(reader, sampling.looks);
  sampling.spending = read_spending(reader, sampling.spending);
  if (const Node* repeat = reader.get("repeat")) sampling.repeat = read_repeat(*repeat, reader.diagnostics());
  reader.finish();
  policy.sampling = std::move(sampling);
}

void read_canary(MapReader& policy_file, Policy& policy) {
  const Node* node = policy_file.get("canary");
  if (!node) return;
  MapReader reader(*node, "canary", policy_file.diagnostics());
  if (!node->is_map()) return;
  CanaryPolicy canary;
  canary.stages = read_shares(reader, "stages", "[0.05, 0.25, 0.5, 1.0]");
  canary.tolerated_ratio = reader.number("tolerated_ratio").value_or(canary.tolerated_ratio);
  canary.failure_rate = reader.number("failure_rate");
  check_canary(reader, canary);
  if (const Node* to = reader.get("rollback")) canary.rollback = read_rollback(*to, reader.diagnostics());
  if (const Node* list = reader.get("checklist")) canary.checklist = read_checklist(*list, reader.diagnostics());
  reader.finish();
  policy.canary = std::move(canary);
}

void read_signoff(MapReader& policy_file, Policy& policy) {
  const Node* node = policy_file.get("signoff");
  if (!node) return;
  MapReader reader(*node, "signoff", policy_file.diagnostics());
  if (!node->is_map()) return;
  const auto faults = reader.diagnostics().error_count();
  const Node* list = reader.require("required", "[quality, platform]");
  policy.signoff = reader.strings("required");
  reader.finish();
  if (!list || reader.diagnostics().error_count() > faults) return;
  if (policy.signoff.empty()) reader.error("signoff requires no role", "`required: [quality, platform]`");
  for (std::size_t i = 0; i < policy.signoff.size(); ++i) {
    const auto& role = policy.signoff[i];
    if (role.empty()) reader.error("a role is empty", "`required: [quality, platform]`");
    const auto end = policy.signoff.begin() + static_cast<std::ptrdiff_t>(i);
    if (std::find(policy.signoff.begin(), end, role) != end) {
      reader.error(fmt::format("role '{}' is required twice", role), "name each role once");
    }
  }
}

void read_replay(MapReader& policy_file, Policy& policy) {
  const Node* node = policy_file.get("replay");
  if (!node) return;
  MapReader reader(*node, "replay", policy_file.diagnostics());
  if (!node->is_map()) return;
  if (reader.require("max_age", "7d")) policy.replay_max_age = read_age(reader, "max_age: 7d");
  reader.finish();
}

void read_waivers_name(MapReader& policy_file, Policy& policy) {
  policy.waivers = read_text(policy_file, "waivers", "waivers.yaml").value_or("");
}

}  // namespace assay::gate
