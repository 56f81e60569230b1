#pragma once
/// How values lie in columns: messages, tags and pairs as JSON text, gaps as float32 milliseconds.

#include <assay/core/json.hpp>
#include <assay/core/sample.hpp>

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

[[nodiscard]] std::string encode_tags(const Tags& tags);
[[nodiscard]] Tags decode_tags(std::string_view text);

using Pairs = std::vector<std::pair<std::string, std::string>>;
[[nodiscard]] std::string encode_pairs(const Pairs& pairs);
[[nodiscard]] Pairs decode_pairs(std::string_view text);

/// Little-endian float32, milliseconds: 4 bytes a gap, a relative error below 1e-7.
[[nodiscard]] std::string encode_gaps(const std::vector<Duration>& gaps);
[[nodiscard]] std::vector<float> decode_gaps(std::string_view bytes);

[[nodiscard]] Unit unit_of(std::string_view name);
[[nodiscard]] std::string_view name_of(Direction better);
[[nodiscard]] Direction direction_of(std::string_view name);

}  // namespace assay::store
