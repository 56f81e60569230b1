#pragma once
/// What was said and what was seen on the wire. Neutral: no protocol's words.

#include <assay/core/error.hpp>
#include <assay/core/time.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace assay {

enum class Author { system, developer, user, assistant, tool };

struct Text {
  std::string text;
  friend bool operator==(const Text&, const Text&) = default;
};

/// The model asks for a tool. `arguments` is text as it came; models do send malformed JSON.
struct ToolUse {
  std::string id;
  std::string name;
  std::string arguments;
  friend bool operator==(const ToolUse&, const ToolUse&) = default;
};

/// The provider's own refusal field, apart from the text.
struct Refusal {
  std::string text;
  friend bool operator==(const Refusal&, const Refusal&) = default;
};

/// What the application says its answer was made from: retrieved passages, in their order.
struct Contexts {
  std::vector<std::string> passages;
  friend bool operator==(const Contexts&, const Contexts&) = default;
};

/// A token with its natural-log probability, and the likeliest ones at its place, as the endpoint gave them.
struct TokenLogprob {
  std::string token;
  double logprob = 0;
  std::vector<std::pair<std::string, double>> top;
  friend bool operator==(const TokenLogprob&, const TokenLogprob&) = default;
};

/// Of the answer's tokens, in order; only where the request asked for them.
struct Logprobs {
  std::vector<TokenLogprob> tokens;
  friend bool operator==(const Logprobs&, const Logprobs&) = default;
};

/// The last two are said about an answer and never sent.
using Part = std::variant<Text, ToolUse, Refusal, Contexts, Logprobs>;

struct Message {
  Author author = Author::user;
  std::vector<Part> parts;
  friend bool operator==(const Message&, const Message&) = default;
};

/// The text parts of a message, joined. A message without text gives "".
[[nodiscard]] std::string text_of(const Message& message);

/// The part of a kind; nullptr where the message has none.
template <class T>
[[nodiscard]] const T* part_of(const Message& message) {
  for (const auto& part : message.parts) {
    if (const auto* found = std::get_if<T>(&part)) return found;
  }
  return nullptr;
}

[[nodiscard]] std::string_view name(Author author);

/// Why the model stopped. `content_filter` is an answer (a refusal), not an error.
enum class Finish { stop, length, tool_calls, content_filter, other };

[[nodiscard]] std::string_view name(Finish finish);

/// Tokens as the endpoint counted them; absent where it did not say.
struct Usage {
  std::optional<std::int64_t> input_tokens;
  std::optional<std::int64_t> output_tokens;
  std::optional<std::int64_t> cached_tokens;     ///< part of input_tokens
  std::optional<std::int64_t> reasoning_tokens;  ///< part of output_tokens
};

/// Timings of one answered attempt, as vLLM's benchmark defines them. The clock starts when the attempt starts, before
/// any connection is made; time spent waiting for a retry or a rate limit is never part of it.
struct Timings {
  std::optional<Duration> connect;  ///< DNS, TCP, proxy and TLS; absent on a reused connection
  std::optional<Duration> ttft;     ///< to the first non-empty content; absent when the answer came as a whole
  std::vector<Duration> gaps;       ///< between successive content chunks (ITL); whole microseconds
  Duration total{};                 ///< end to end: to the last content chunk, or to the end of a whole body
};

/// One answer. `raw` is the body as received (after redaction).
struct Response {
  Message message{Author::assistant, {}};
  Finish finish = Finish::other;
  std::string finish_text;  ///< the endpoint's own word
  Usage usage;
  Timings timings;
  std::string served_model;
  std::string request_id;
  std::string raw;
};

/// One attempt of a call, good or bad.
struct Attempt {
  WallTime started;
  Duration waited{};    ///< between the end of the attempt before and this one; 0 for the first
  Duration duration{};  ///< of this attempt alone
  int status = 0;       ///< HTTP status, 0 if none came
  std::string request_id;
  std::optional<Error> error;  ///< absent on success
};

/// Who is asked: the target, or a judge (which an embeddings endpoint and a checking program are too).
enum class Role { target, judge };

[[nodiscard]] std::string_view name(Role role);

/// What a check asks, and whom.
struct Question {
  std::string to;  ///< a judge of the configuration, or a program of the check (`Program::name`)
  std::vector<Message> messages;
  std::string schema;     ///< JSON Schema of the answer, as text; empty: free text
  bool logprobs = false;  ///< the likeliest tokens are wanted beside each token of the answer
  bool fresh = false;     ///< asked anew wherever it can be: a cassette answers it in a replay alone; not stored
  friend bool operator==(const Question&, const Question&) = default;
};

/// One call of a case, with all its attempts. `name` is stable (`turn/1`, `check/0/grade`), so that order of arrival
/// never matters; `context` says how many messages of the transcript it saw.
struct Step {
  std::string name;
  Role role = Role::target;
  std::shared_ptr<const Question> question;  ///< of a judge's step; what the target was asked are the messages
  std::uint32_t context = 0;
  std::variant<Response, Error> result = Error{};
  std::vector<Attempt> attempts;
  bool replayed = false;  ///< taken from a cassette: nothing was sent, nothing was paid; times are the recording's
};

/// Everything that happened in one sample.
struct Transcript {
  std::vector<Message> messages;
  std::vector<Step> steps;
};

/// The last answered step of the target; nullptr if there is none.
[[nodiscard]] const Response* last_answer(const Transcript& transcript);

/// USD per million tokens.
struct Price {
  double input_per_mtok = 0;
  double output_per_mtok = 0;
  std::optional<double> cached_per_mtok;  ///< absent: cached tokens cost what input tokens cost
};

/// Cost of one answer in USD; absent when the endpoint did not count its tokens.
[[nodiscard]] std::optional<double> cost_usd(const Usage& usage, const Price& price);

}  // namespace assay
