#pragma once
/// Strict reading of mappings: every key is asked for or is an error, every error has a place and a fix.

#include <assay/core/time.hpp>
#include <assay/text/node.hpp>

#include <functional>
#include <limits>
#include <span>

namespace assay::text {

/// The candidate nearest to `word` in edit distance (Damerau–Levenshtein, at most a third of its length, at least 1);
/// "" if none is near.
[[nodiscard]] std::string nearest(std::string_view word, std::span<const std::string> candidates);

/// `did you mean 'floor'? known keys: checks, floor, …`: a hint for a wrong word. `label` introduces the list (`known
/// keys`), which is cut after a dozen; "" for no candidates.
[[nodiscard]] std::string suggest(std::string_view word, std::span<const std::string> candidates,
                                  std::string_view label);

/// `500ms`, `1.5s`, `2m`, `1h`, `14d`. Errors: `invalid`, with examples.
[[nodiscard]] Result<Duration> parse_duration(std::string_view text);

/// A finite decimal number as JSON or YAML writes it (`-1.5`, `+2`, `.5`, `1e3`), whole text.
[[nodiscard]] std::optional<double> parse_number(std::string_view text);
[[nodiscard]] std::optional<std::int64_t> parse_integer(std::string_view text);

/// Reads one mapping. Getters return nothing for a key that is absent or wrong; wrong ones are reported once. `finish`
/// reports the keys nobody asked for, with the nearest known one. A node that is no mapping is reported by the
/// constructor.
class MapReader {
 public:
  /// `what` names the mapping in messages: `suite`, `check 'number'`. The node and `diagnostics` outlive the reader.
  MapReader(const Node& node, std::string what, Diagnostics& diagnostics);

  [[nodiscard]] const Node* get(std::string_view key);  ///< null nodes count as absent
  /// As `get`; a key that is absent is an error. `example` is a value to write: `capitals`, `[{user: …}]`.
  [[nodiscard]] const Node* require(std::string_view key, std::string_view example);
  [[nodiscard]] std::optional<std::string> string(std::string_view key);
  [[nodiscard]] std::optional<bool> boolean(std::string_view key);  ///< true or false only
  [[nodiscard]] std::optional<std::int64_t> integer(std::string_view key, std::int64_t least = 0,
                                                    std::int64_t most = std::numeric_limits<std::int64_t>::max());
  [[nodiscard]] std::optional<double> number(std::string_view key,
                                             double least = -std::numeric_limits<double>::infinity(),
                                             double most = std::numeric_limits<double>::infinity());
  [[nodiscard]] std::optional<Duration> duration(std::string_view key);
  /// One of a closed set; the error lists them with did-you-mean.
  [[nodiscard]] std::optional<std::string> choice(std::string_view key, std::span<const std::string> values);
  [[nodiscard]] std::vector<std::string> strings(std::string_view key);  ///< a list of scalars, or one scalar
  /// A mapping of scalars to scalars, as text.
  [[nodiscard]] std::vector<std::pair<std::string, std::string>> string_map(std::string_view key);
  /// Reports the key, if present, as one that this version does not have yet. Never accepted and ignored.
  void not_yet(std::string_view key, std::string_view why);
  /// Reports an error at the mapping itself.
  void error(std::string message, std::string hint = {});
  /// Call last: unknown keys.
  void finish();

  [[nodiscard]] const Node& node() const { return node_; }
  [[nodiscard]] Diagnostics& diagnostics() { return diagnostics_; }

 private:
  const Node::Entry* entry(std::string_view key);
  const Node* scalar(std::string_view key, std::string_view expected, std::string_view example);
  void wrong(std::string_view key, const Node& found, std::string_view expected, std::string hint);

  const Node& node_;
  std::string what_;
  Diagnostics& diagnostics_;
  std::vector<std::string> known_;
  std::vector<std::string> later_;  // reported by not_yet
};

}  // namespace assay::text
