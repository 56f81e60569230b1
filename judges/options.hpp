#pragma once
/// Reads a check's options: strict, with templates.

#include "judges/source.hpp"

#include <assay/judges/checks.hpp>
#include <assay/text/reader.hpp>

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace assay::judges {

/// The keys that every check takes; the table reads them.
inline constexpr std::array<std::string_view, 4> kGenericKeys{"as", "threshold", "weight", "required"};

/// The options of one check. `finish` last: true if nothing was reported since construction.
class OptionReader {
 public:
  OptionReader(const text::Node& options, std::string_view check, Diagnostics& diagnostics);

  /// The source of a required key; `example` is a value to write.
  [[nodiscard]] std::optional<Source> text(std::string_view key, std::string_view example);
  [[nodiscard]] std::optional<Source> value(std::string_view key, std::string_view example);

  /// An option made ready by `parse`; nothing if it is absent or wrong.
  template <class T>
  [[nodiscard]] std::optional<Templated<T>> optional(std::string_view key, typename Templated<T>::Parse parse) {
    const auto* const node = reader_.get(key);
    return node == nullptr ? std::nullopt : ready<T>(Source::text(*node, label(key), diagnostics()), std::move(parse));
  }
  template <class T>
  [[nodiscard]] std::optional<Templated<T>> ready(std::optional<Source> source, typename Templated<T>::Parse parse) {
    return source ? Templated<T>::make(std::move(*source), std::move(parse), diagnostics()) : std::nullopt;
  }

  [[nodiscard]] bool flag(std::string_view key) { return reader_.boolean(key).value_or(false); }
  [[nodiscard]] std::optional<std::string> choice(std::string_view key, const std::vector<std::string>& values) {
    return reader_.choice(key, values);
  }
  [[nodiscard]] text::MapReader& reader() { return reader_; }
  [[nodiscard]] Diagnostics& diagnostics() { return reader_.diagnostics(); }
  [[nodiscard]] std::string label(std::string_view key) const;
  [[nodiscard]] bool finish();

 private:
  std::string check_;
  text::MapReader reader_;
  std::size_t errors_before_;
};

/// Any value as text.
[[nodiscard]] Parsed<std::string> parse_text(const Json& value);
/// As `parse_text`; a text without words is wrong: `is empty`, with this hint.
[[nodiscard]] Parsed<std::string> parse_words(const Json& value, std::string_view hint);

/// A finite number of at least `least`, from text or a number.
[[nodiscard]] Parsed<double> parse_number_option(const Json& value, double least, std::string_view example);

}  // namespace assay::judges
