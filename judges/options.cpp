#include "judges/options.hpp"

#include <assay/text/utf8.hpp>

#include <fmt/format.h>

namespace assay::judges {

OptionReader::OptionReader(const text::Node& options, std::string_view check, Diagnostics& diagnostics)
    : check_(check),
      reader_(options, fmt::format("check '{}'", check), diagnostics),
      errors_before_(diagnostics.error_count()) {
  // Known, so that a misspelt one is recognised; the table has taken them out already.
  for (const auto key : kGenericKeys) (void)reader_.get(key);
}

std::string OptionReader::label(std::string_view key) const {
  return fmt::format("{} of '{}'", key, check_);
}

std::optional<Source> OptionReader::text(std::string_view key, std::string_view example) {
  const auto* const node = reader_.require(key, example);
  return node == nullptr ? std::nullopt : Source::text(*node, label(key), diagnostics());
}

std::optional<Source> OptionReader::value(std::string_view key, std::string_view example) {
  const auto* const node = reader_.require(key, example);
  return node == nullptr ? std::nullopt : Source::value(*node, label(key), diagnostics());
}

bool OptionReader::finish() {
  reader_.finish();
  return diagnostics().error_count() == errors_before_;
}

Parsed<std::string> parse_text(const Json& value) {
  return text_of(value);
}

Parsed<std::string> parse_words(const Json& value, std::string_view hint) {
  std::string text = text_of(value);
  if (text::trim(text).empty()) return Wrong{"is empty", std::string(hint)};
  return text;
}

Parsed<double> parse_number_option(const Json& value, double least, std::string_view example) {
  const std::string text = text_of(value);
  const auto number = text::parse_number(text::trim(text));
  if (number && *number >= least) return *number;
  const std::string range = least == 0 ? " of at least 0" : "";
  return Wrong{fmt::format("must be a number{}, found {}", range, text::in_quotes(text)),
               fmt::format("write `{}`", example)};
}

}  // namespace assay::judges
