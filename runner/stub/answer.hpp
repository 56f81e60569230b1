#pragma once
/// OpenAI's chat completion on the wire: whole, and as a stream of events.

#include "runner/stub/script.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace assay::stub {

struct Usage {
  std::uint64_t input = 0;
  std::uint64_t output = 0;
  std::uint64_t cached = 0;
};

/// One answer. Views outlive it.
struct Answer {
  std::string content;
  bool has_content = true;  ///< false: null
  std::string_view refusal;
  std::string_view reasoning;
  std::span<const ToolCall> tool_calls;
  std::string_view finish_reason;
  std::string_view model;
  std::string_view fingerprint;
  std::optional<Usage> usage;
  const LogprobSpec* logprobs = nullptr;  ///< nullptr: not asked for
  std::uint32_t top_logprobs = 0;
  std::uint64_t id = 0;
};

/// A server-sent event. `token` carries content, reasoning, refusal or a tool call: it costs time.
struct StreamEvent {
  std::string data;
  bool token = false;
};

/// `created` of every answer: a fixed time, so that equal requests get equal bytes.
inline constexpr std::string_view kCreated = "1763683200";

/// Tokens as the stub counts them: a word with the white space before it.
[[nodiscard]] std::vector<std::string_view> split_tokens(std::string_view text);
[[nodiscard]] std::uint64_t count_output_tokens(const Answer& answer);

[[nodiscard]] std::string whole_body(const Answer& answer);

/// A role chunk, a chunk a token, a finish chunk, the usage if asked for, and `[DONE]`.
[[nodiscard]] std::vector<StreamEvent> stream_events(const Answer& answer, bool include_usage);

[[nodiscard]] std::string error_body(int status, std::string_view message, std::string_view code);
[[nodiscard]] std::string models_body(std::span<const std::string> models);

/// 16 hex digits.
[[nodiscard]] std::string hex_id(std::uint64_t id);

}  // namespace assay::stub
