#pragma once
/// How values lie in columns: messages, tags and pairs as JSON text, gaps as integers.

#include <assay/core/json.hpp>
#include <assay/core/sample.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace assay::store {

/// `[{"author":"user","parts":[{"text":"…"}]}]`. Bytes that are not UTF-8 become U+FFFD.
[[nodiscard]] std::string encode_messages(const std::vector<Message>& messages);
[[nodiscard]] std::string encode_message(const Message& message);
/// Errors: `store`.
[[nodiscard]] Result<std::vector<Message>> decode_messages(std::string_view text);
[[nodiscard]] Result<Message> decode_message(std::string_view text);

/// `{"to":"strict","logprobs":true,"schema":"…","messages":[…]}`; what is not asked for is left out.
[[nodiscard]] std::string encode_question(const Question& question);
/// Errors: `store`.
[[nodiscard]] Result<Question> decode_question(std::string_view text);

[[nodiscard]] std::string encode_tags(const Tags& tags);
[[nodiscard]] Tags decode_tags(std::string_view text);

using Pairs = std::vector<std::pair<std::string, std::string>>;
[[nodiscard]] std::string encode_pairs(const Pairs& pairs);
[[nodiscard]] Pairs decode_pairs(std::string_view text);

/// Where `text` stands in `raw` as a JSON string: offset << 32 | size; nothing if it does not. `scratch` is
/// overwritten.
[[nodiscard]] std::optional<std::int64_t> place_in(std::string_view raw, std::string_view text, std::string& scratch);
/// The text at such a place. Errors: `store`.
[[nodiscard]] Result<std::string> text_at(std::string_view raw, std::int64_t place);

/// Little-endian uint32, whole microseconds: exact up to 71 minutes, which longer gaps become. Writes
/// `gaps.size() * kGapBytes` bytes.
inline constexpr std::size_t kGapBytes = 4;
void encode_gaps(const std::vector<Duration>& gaps, char* to);
[[nodiscard]] std::vector<Duration> decode_gaps(std::string_view bytes);

[[nodiscard]] Unit unit_of(std::string_view name);
[[nodiscard]] std::string_view name_of(Direction better);
[[nodiscard]] Direction direction_of(std::string_view name);

}  // namespace assay::store
