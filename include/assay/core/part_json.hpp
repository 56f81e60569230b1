#pragma once
/// The JSON of what is said about an answer, `{"contexts":["…"]}` and `{"logprobs":[["token",-0.25,["other",-2.5]]]}`:
/// one form for the history and the cassette, which spell texts each in their own way.

#include <assay/core/json.hpp>
#include <assay/core/transcript.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace assay {

/// Appends a text as JSON.
using AppendText = void (*)(std::string& out, std::string_view text);
/// What `AppendText` wrote; nothing for anything else.
using TextOf = std::optional<std::string> (*)(const Json& json);

/// Appends `["…","…"]`.
void append_contexts(std::string& out, const Contexts& contexts, AppendText text);
/// Nothing for what is no such list.
[[nodiscard]] std::optional<Contexts> contexts_of(const Json& json, TextOf text);

/// Appends `[["token",-0.25,["other",-2.5],…],…]`: numbers to the last bit, null for minus infinity.
void append_logprobs(std::string& out, const Logprobs& logprobs, AppendText text);
/// Nothing for what is no such list.
[[nodiscard]] std::optional<Logprobs> logprobs_of(const Json& json, TextOf text);

}  // namespace assay
