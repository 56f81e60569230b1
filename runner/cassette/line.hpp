#pragma once
/// The line of one call, written by hand in a fixed order, and read back.

#include <assay/cassette/cassette.hpp>
#include <assay/core/json.hpp>

#include <string>
#include <string_view>

namespace assay::cassette {

inline constexpr std::string_view kSchema = "assay.cassette/1";
inline constexpr std::uint64_t kMaxLine = 256U << 20U;  ///< bytes

/// The first line of a file, with its line end.
[[nodiscard]] std::string header_line();

/// What a call asked for.
[[nodiscard]] Request request_of(const Call& call);

/// The line with its line end. Errors: `invalid` for parameters that are no JSON object.
[[nodiscard]] Result<std::string> encode_line(const Peer& peer, const Call& call, const std::string& key);

/// The recorded call of a line. Errors: `invalid`, naming the field that is missing or wrong.
[[nodiscard]] Result<Step> step_of(const Json& line);

/// What names a call, for sorting and for the sentence of a miss.
struct Head {
  std::string key;
  std::string suite;
  std::string case_id;
  std::string call;
  std::uint32_t sample = 0;
};

/// Reads the head from the beginning of a line as `encode_line` writes it; nothing if the line is in another order.
[[nodiscard]] bool scan_head(std::string_view line, Head& head);
/// Errors: `invalid`, naming the field.
[[nodiscard]] Result<Head> head_of(const Json& line);

}  // namespace assay::cassette
