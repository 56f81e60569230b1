#include "runner/cassette/fields.hpp"

#include "runner/cassette/words.hpp"

#include <fmt/format.h>

namespace assay::cassette {

Fields::Fields(const Json& object, std::string path, std::string& wrong)
    : object_(object), path_(std::move(path)), wrong_(wrong) {
  if (!object.is_object()) fail("");
}

const Json* Fields::get(const char* name) const {
  if (!object_.is_object()) return nullptr;
  const auto found = object_.find(name);
  return found == object_.end() ? nullptr : &*found;
}

const Json& Fields::require(const char* name) {
  static const Json kNothing;
  const Json* found = get(name);
  if (found == nullptr) fail(name);
  return found == nullptr ? kNothing : *found;
}

std::string Fields::text(const char* name) {
  const Json* found = get(name);
  if (found == nullptr) return "";
  auto value = string_of(*found);
  if (!value) fail(name);
  return value ? std::move(*value) : std::string();
}

std::string Fields::required_text(const char* name) {
  if (get(name) == nullptr) fail(name);
  return text(name);
}

void Fields::fail(std::string_view name) {
  if (wrong_.empty()) wrong_ = path_of(name);
}

std::string Fields::path_of(std::string_view name) const {
  if (path_.empty()) return std::string(name.empty() ? "{" : name);
  return name.empty() ? path_ : path_ + "." + std::string(name);
}

Error damaged(const std::string& wrong) {
  return {ErrorKind::invalid, fmt::format("'{}' is missing or not what a cassette holds there", wrong),
          "take the line back as it was, or record the file anew"};
}

}  // namespace assay::cassette
