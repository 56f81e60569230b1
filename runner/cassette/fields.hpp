#pragma once
/// Reading the fields of a line.

#include <assay/core/json.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace assay::cassette {

/// The integer of a JSON number that fits.
template <class T>
[[nodiscard]] std::optional<T> integer_of(const Json& json) {
  if (json.is_number_unsigned()) {
    const auto value = json.get<std::uint64_t>();
    if (std::in_range<T>(value)) return static_cast<T>(value);
  } else if (json.is_number_integer()) {
    const auto value = json.get<std::int64_t>();
    if (std::in_range<T>(value)) return static_cast<T>(value);
  }
  return std::nullopt;
}

/// Reads the fields of one object. The first one that is missing or wrong is noted in `wrong` with its path; reading
/// goes on with defaults. Object and `wrong` outlive the reader.
class Fields {
 public:
  Fields(const Json& object, std::string path, std::string& wrong);

  [[nodiscard]] const Json* get(const char* name) const;
  [[nodiscard]] const Json& require(const char* name);
  [[nodiscard]] std::string text(const char* name);  ///< "" if absent
  [[nodiscard]] std::string required_text(const char* name);
  template <class T>
  [[nodiscard]] std::optional<T> number(const char* name) {
    const Json* found = get(name);
    if (found == nullptr) return std::nullopt;
    const auto value = integer_of<T>(*found);
    if (!value) fail(name);
    return value;
  }
  template <class T>
  [[nodiscard]] T required_number(const char* name) {
    if (get(name) == nullptr) fail(name);
    return number<T>(name).value_or(T{});
  }
  /// The fields of a field.
  [[nodiscard]] Fields inside(const char* name) { return {require(name), path_of(name), wrong_}; }
  void fail(std::string_view name);

 private:
  [[nodiscard]] std::string path_of(std::string_view name) const;

  const Json& object_;
  std::string path_;
  std::string& wrong_;
};

/// The error for a line of which `wrong` is missing or wrong.
[[nodiscard]] Error damaged(const std::string& wrong);

}  // namespace assay::cassette
