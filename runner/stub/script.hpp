#pragma once
/// A stub script as data: what it bears, and ordered rules, what each one says and how it misbehaves.

#include <assay/core/time.hpp>
#include <assay/stub/stub.hpp>
#include <assay/text/reader.hpp>
#include <assay/text/template.hpp>

#include <re2/re2.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

namespace assay::stub {

using Headers = std::vector<std::pair<std::string, std::string>>;

/// Every condition that is set must hold.
struct TextMatch {
  std::optional<std::string> contains;  ///< folded where `ignore_case`
  std::optional<std::string> equals;    ///< trimmed, and folded where `ignore_case`
  std::shared_ptr<const re2::RE2> regex;
  bool ignore_case = false;
};

struct When {
  std::vector<std::string> models;  ///< empty: any
  std::vector<std::string> cases;   ///< empty: any
  std::optional<bool> stream;
  std::optional<bool> response_format;  ///< whether another form than text is asked for
  std::optional<TextMatch> last_user;
  std::optional<TextMatch> any_message;
  std::optional<TextMatch> prompt;
  std::optional<TextMatch> system;
};

/// How long an answer takes. `fixed` stands for everything else: one wait, then all at once.
struct Latency {
  Duration ttft{};
  Duration per_token{};
  std::optional<Duration> fixed;
  double jitter = 0;      ///< each wait is multiplied by a uniform draw from [1 − jitter, 1 + jitter]
  double slow_share = 0;  ///< share of requests whose waits are multiplied by `slow_factor`
  double slow_factor = 1;

  [[nodiscard]] bool draws() const { return jitter > 0 || slow_share > 0; }
};

struct TextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
};

/// Answers by the exact, trimmed last user message.
using AnswerTable = std::unordered_map<std::string, std::string, TextHash, std::equal_to<>>;

struct ToolCall {
  std::string name;
  std::string arguments;
};

struct UsageSpec {
  std::optional<std::uint64_t> input;
  std::optional<std::uint64_t> output;
  std::uint64_t cached = 0;
};

/// How likely an answer's tokens are, for requests that ask. Natural logarithms.
struct LogprobSpec {
  double each = 0;  ///< of a token that is none of the choices
  std::vector<std::pair<std::string, double>>
      choices;  ///< what else could stand where one of them does; likeliest first
};

/// What a rule answers: one of `texts` (drawn), the table's entry, tool calls or a refusal.
struct Say {
  std::vector<text::Template> texts;
  std::shared_ptr<const AnswerTable> table;
  std::vector<ToolCall> tool_calls;
  std::string refusal;
  std::string reasoning;
  std::string finish_reason;  ///< empty: stop, or tool_calls
  std::string served_model;   ///< empty: the requested one
  LogprobSpec logprobs;
  bool has_usage = true;
  UsageSpec usage;
};

enum class Point { before, within };
enum class Cut { reset, stall, close };
enum class Malformed { json, sse, no_done };

struct StatusFault {
  int status = 500;
  std::optional<std::string> body;  ///< unset: OpenAI's error object
};
struct CutFault {
  Cut how = Cut::reset;
  Point point = Point::before;
};
struct TruncateFault {
  double share = 0.5;  ///< of the body that is sent
  std::optional<std::size_t> bytes;
};
struct ContentTypeFault {
  std::string type;
  std::optional<std::string> body;  ///< unset: the answer's own
};
struct HugeFault {
  std::size_t bytes = 0;
};
struct TrickleFault {
  std::size_t bytes = 1;
  Duration every{};
};

using Fault = std::variant<StatusFault, CutFault, TruncateFault, Malformed, ContentTypeFault, HugeFault, TrickleFault>;

struct Rule {
  When when;
  std::optional<std::uint32_t> times;  ///< only the first so many times that a request is seen
  double probability = 1;
  Say say;
  std::optional<Fault> fault;
  std::optional<Latency> latency;  ///< of its own
  Headers headers;

  /// True if its outcome depends on how often a request was seen.
  [[nodiscard]] bool draws() const;
};

/// What the endpoint bears. Absent: no bound.
struct CapacitySpec {
  std::optional<std::uint32_t> concurrent;  ///< requests under way at once; one more gets 429
  std::optional<std::uint32_t> workers;     ///< answers made at once; the others wait in line
  std::optional<double> requests_per_minute;
  std::optional<double> tokens_per_minute;   ///< input and output
  Duration burst = std::chrono::seconds(1);  ///< what a rate's bucket holds: as much as comes in this time
  std::optional<Duration> retry_after;       ///< said to what is too many at once; absent: nothing is said
  bool says_when = true;                     ///< false: a rate's rejection does not say when to come again
};

/// Fields that a request may not have: it gets 400, as from a server that does not know them.
struct Refuses {
  bool response_format = false;
  bool logprobs = false;
};

class Script {
 public:
  std::string model = "stub";       ///< served where a request names none
  std::vector<std::string> models;  ///< the only ones there are; empty: any
  std::uint64_t seed = 1;
  Latency latency;
  std::string fingerprint;  ///< system_fingerprint; empty: none
  std::optional<CapacitySpec> capacity;
  Refuses refuses;
  std::vector<Rule> rules;

  /// True if requests have to be counted.
  [[nodiscard]] bool draws() const;
};

/// A rule's `fault:` mapping; its `headers` are appended to the rule's.
[[nodiscard]] std::optional<Fault> read_fault(const text::Node& node, Headers& headers, Diagnostics& diagnostics);

/// The script's `capacity:` mapping.
[[nodiscard]] CapacitySpec read_capacity(const text::Node& node, Diagnostics& diagnostics);

/// A rule's `logprobs:` mapping.
[[nodiscard]] LogprobSpec read_logprobs(const text::Node& node, Diagnostics& diagnostics);

/// The script's `refuse:` list.
[[nodiscard]] Refuses read_refuses(text::MapReader& reader);

/// A rule's `answers_from:` mapping.
[[nodiscard]] std::shared_ptr<const AnswerTable> read_answer_table(const text::Node& node, Diagnostics& diagnostics);

/// Response headers: names and values that cannot break the answer's framing.
[[nodiscard]] Headers read_headers(const std::vector<std::pair<std::string, std::string>>& entries, const Place& at,
                                   Diagnostics& diagnostics);

}  // namespace assay::stub
