#pragma once
/// Places within JSON: `$.items[0].name`.

#include <assay/core/json.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace assay::text {

/// A path of RFC 9535 that is made of names, indexes and, where several places are meant, `*`.
class JsonPath {
 public:
  struct Any {
    friend bool operator==(const Any&, const Any&) = default;
  };
  /// A name, an index (from the end if negative), or every one.
  using Step = std::variant<std::string, std::int64_t, Any>;

  /// `$`, `.name`, `['name']`, `["name"]`, `[0]`, `[-1]`, `.*`, `[*]`; or what is wrong with it, in one sentence.
  [[nodiscard]] static std::variant<JsonPath, std::string> parse(std::string_view text);

  /// The value there; nullptr if there is none. Steps that mean several are no steps here.
  [[nodiscard]] const Json* find(const Json& root) const;
  /// Every value that it means, in document order.
  [[nodiscard]] std::vector<const Json*> find_all(const Json& root) const;

  /// Takes every place that it means out of `root`. Items of a list become null, so that those behind stay in place.
  void remove_from(Json& root) const;

  [[nodiscard]] bool means_several() const;
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  std::string text_;
  std::vector<Step> steps_;
};

}  // namespace assay::text
