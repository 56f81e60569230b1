#pragma once
/// OpenAI chat completions as bytes: requests out, answers and stream chunks in. Pure; knows no HTTP.

#include <assay/core/endpoint.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace assay::endpoints {

/// An `error` object in place of an answer. `code` is text also where the wire has a number.
struct ProviderError {
  std::string message;
  std::string type;
  std::string code;
};

/// A tool call, put together from its deltas.
struct ToolPieces {
  std::optional<std::int64_t> index;
  ToolUse use;
};

/// An answer as far as it was read.
struct ChatAnswer {
  std::string text;
  std::string refusal;
  std::vector<ToolPieces> tools;
  std::string finish;  ///< the wire's word; empty before it came
  Usage usage;
  std::string id;
  std::string model;
  std::optional<ProviderError> error;
  std::vector<TokenLogprob> logprobs;  ///< of the text's tokens
  bool has_choices = false;            ///< at least one choice was seen

  /// As new, but keeps its buffers.
  void reset();
};

/// What one JSON text brought.
struct ChatRead {
  bool ok = false;         ///< one JSON object (or an array around one)
  bool cut_off = false;    ///< not ok, because it ended too early
  std::size_t offset = 0;  ///< of the fault
  bool content = false;    ///< text, refusal, a tool's name or arguments
  bool reasoning = false;  ///< reasoning text, which is not part of the answer
};

/// Reads a stream chunk or a whole answer into `answer`. Only choice 0 counts. Text is appended; what repeats in every
/// chunk (model, id, usage) keeps the latest value.
[[nodiscard]] ChatRead read_chat(std::string_view json, ChatAnswer& answer);

/// The neutral answer. Timings, request id from the headers and raw body are the caller's.
[[nodiscard]] Response to_response(ChatAnswer&& answer);

[[nodiscard]] Finish finish_of(std::string_view wire);

/// Encodes requests for one model. `params` of a request are merged into the top level and win over what the encoder
/// adds; `stream` and `messages` are its own. A schema becomes `response_format`. Not thread-safe: it keeps the last
/// params it encoded.
class ChatEncoder {
 public:
  ChatEncoder(std::string model, bool stream);
  [[nodiscard]] std::string encode(const Request& request) const;

 private:
  // Keys that the params have themselves.
  struct Own {
    bool response_format = false;
    bool logprobs = false;
    bool no_logprobs = false;
    bool top_logprobs = false;
  };

  void use_params(std::string_view params) const;
  void append_wishes(std::string& out, const Request& request) const;

  std::string model_;
  bool stream_;
  // The same params come with every call of a run.
  mutable std::string params_;
  mutable std::string tail_;  ///< everything after the messages and what a request wishes
  mutable Own own_;
};

/// What a request asks for beyond an answer, and an endpoint may not know.
enum class Wish { schema, logprobs };

/// An encoded body without that wish; nothing if it has none. What stands in the params is no wish: it stays.
[[nodiscard]] std::optional<std::string> without_wish(std::string_view body, Wish wish);

}  // namespace assay::endpoints
