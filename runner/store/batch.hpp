#pragma once
/// What the loop hands to the writer thread: plain rows whose texts lie in one arena.

#include "runner/store/arena.hpp"

#include <assay/store/store.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace assay::store {

/// A check as scores refer to it: once a suite, not once a sample.
struct CheckKind {
  std::uint32_t suite = 0;
  std::uint32_t kind = 0;
  std::string name;
  std::string metric;
  bool required = true;
  Unit unit = Unit::share;
  Direction better = Direction::up;
  double weight = 1;
};

struct CaseItem {
  UnitId unit;  ///< its sample does not count
  std::uint64_t row = 0;
  std::string_view id;
  std::string_view digest;
  std::string_view cluster;
  std::string_view tags;      ///< JSON
  std::string_view vars;      ///< JSON
  std::string_view messages;  ///< JSON
};

struct ErrorItem {
  ErrorKind kind = ErrorKind::internal;
  std::string_view message;
  std::string_view hint;
};

struct AttemptItem {
  WallTime started;
  Duration waited{};
  Duration duration{};
  int status = 0;
  std::string_view request_id;
  std::optional<ErrorItem> error;
};

/// A part of one of the batch's flat lists.
struct Range {
  std::size_t from = 0;
  std::size_t count = 0;
};

struct AnswerItem {
  std::string_view raw;
  std::string_view text;  ///< of a message that is one text, else empty
  std::string_view json;  ///< of any other message
  Finish finish = Finish::other;
  std::string_view finish_text;
  std::string_view served_model;
  std::string_view request_id;
  Usage usage;
  std::optional<Duration> connect;
  std::optional<Duration> ttft;
  Duration total{};
  std::string_view gaps;  ///< as encoded
  std::size_t gap_count = 0;
};

struct StepItem {
  UnitId unit;
  std::uint32_t seq = 0;  ///< within its sample
  bool replaces = false;  ///< an earlier process recorded this call
  bool replayed = false;
  Role role = Role::target;
  std::uint32_t context = 0;
  std::string_view name;
  const Question* question = nullptr;  ///< of a judge's step; the batch shares it
  std::optional<AnswerItem> answer;
  std::optional<ErrorItem> error;
  std::size_t attempts = 0;         ///< all of them
  std::optional<AttemptItem> good;  ///< the last, where the step's row can hold all of it
  Range others;                     ///< of `Batch::attempts`
};

/// One of the three states of a score, in the order of `ScoreState`.
struct ScoreItem {
  std::uint32_t kind = 0;
  std::uint32_t state = 0;
  double value = 0;
  bool pass = false;
  std::string_view why;      ///< empty: none
  std::string_view details;  ///< likewise
  std::optional<ErrorItem> error;
};

/// The numbers of a sample that evidence is made of; absent where not measured.
struct SampleItem {
  UnitId unit;
  OutcomeKind outcome = OutcomeKind::skipped;
  bool pass = false;  ///< where scored
  double score = 0;   ///< where scored
  std::string_view why;
  std::optional<ErrorItem> error;
  std::optional<Duration> latency;
  std::optional<Duration> ttft;
  std::optional<double> itl_s;  ///< mean gap
  std::optional<double> cost_usd;
  std::optional<std::int64_t> input_tokens;
  std::optional<std::int64_t> output_tokens;
  std::optional<std::int64_t> cached_tokens;
  Range scores;  ///< of `Batch::scores`
};

struct LimitItem {
  std::uint64_t place = 0;
  std::string_view target;
  WallTime at;
  std::uint32_t limit = 0;
  std::uint32_t in_flight = 0;
  std::string_view cause;
};

/// Committed as one transaction.
struct Batch {
  Arena texts;
  std::vector<CheckKind> kinds;
  std::vector<CaseItem> cases;
  std::vector<StepItem> steps;
  std::vector<std::shared_ptr<const Question>> questions;
  std::vector<AttemptItem> attempts;
  std::vector<SampleItem> samples;
  std::vector<ScoreItem> scores;
  std::vector<LimitItem> limits;
  std::size_t bytes = 0;  ///< an estimate: what matters is that it grows with what fills the memory

  [[nodiscard]] bool empty() const {
    return kinds.empty() && cases.empty() && steps.empty() && samples.empty() && limits.empty();
  }
  void clear();
};

// Each copies what it is given, once.
void add_case(Batch& batch, const UnitId& unit, const PlannedCase& kase);
void add_step(Batch& batch, const UnitId& unit, std::uint32_t seq, bool replaces, const Step& step);
/// Its scores have to follow with `add_score`.
void add_sample(Batch& batch, const Sample& sample, const std::optional<Price>& price);
/// To the newest sample.
void add_score(Batch& batch, std::uint32_t kind, const Score& score);
void add_limit(Batch& batch, std::uint64_t place, const LimitRow& change);

}  // namespace assay::store
