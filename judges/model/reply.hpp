#pragma once
/// What a judge's reply says: one JSON object, or the last verdict in a text. Model output is hostile input: it may
/// repeat the text that was to be judged, and with it a verdict that somebody planted there.

#include <assay/core/error.hpp>
#include <assay/core/json.hpp>
#include <assay/core/transcript.hpp>

#include <span>
#include <string>
#include <string_view>

namespace assay::judges {

/// Reads the JSON object with `key` out of a reply: the whole reply where it is one object, else the last object in it
/// that has `key` and lies in no other object. A leading `<think>…</think>` is not read. `data` is what was fenced (the
/// answer, the contexts): where the reply repeats one of these texts, verdicts within do not count, and one that stands
/// in them too counts only where there is no other.
///
/// Errors: `judge`, in words of ours that quote nothing of the reply: it is empty, refused, cut off at the token limit,
/// longer than 256 KiB, holds broken JSON, names a key twice, has no `key`. Linear time; JSON up to `kMaxJsonDepth`.
[[nodiscard]] Result<Json> read_object(const Response& reply, std::string_view key,
                                       std::span<const std::string_view> data);

/// As `read_object`; a line `key: value` of its own is a verdict too, as `{key: value}` with the value as text:
/// `score: 4`, `**Score:** 4/5`. The last one decides, object or line.
[[nodiscard]] Result<Json> read_verdict(const Response& reply, std::string_view key,
                                        std::span<const std::string_view> data);

/// The integer under `key` if it is one of lo…hi; a text that is an integer counts, and so does `4/5` where 5 is `hi`.
/// Errors: `judge`: not offered.
[[nodiscard]] Result<int> read_offered(const Json& object, std::string_view key, int lo, int hi);

/// The text under `key` if it is one of `offered` (upper and lower case are one; quotes around it and a full stop after
/// it are ignored). Gives it as offered. Errors: `judge`: not offered.
[[nodiscard]] Result<std::string> read_offered(const Json& object, std::string_view key,
                                               std::span<const std::string> offered);

/// The text under `key`, or "" where there is none: a reason explains, it decides nothing.
[[nodiscard]] std::string reason_of(const Json& object, std::string_view key = "reason");

}  // namespace assay::judges
