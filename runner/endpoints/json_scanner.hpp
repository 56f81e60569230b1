#pragma once
/// Reads JSON from one end to the other without building a tree: a stream has an object for each token.
///
/// Takes what RFC 8259 allows, and more where models and servers slip: a lone surrogate becomes U+FFFD, bytes that are
/// not UTF-8 and raw control characters in strings pass through.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace assay::endpoints {

/// A cursor over one JSON text. A fault is sticky: afterwards every call gives nothing and every loop ends, so look at
/// `ok` once, at the end.
///
///     if (scan.enter_object()) {
///       while (const auto key = scan.next_key()) {
///         if (*key == "model") scan.read_string(model); else scan.skip();
///       }
///     }
class JsonScanner {
 public:
  enum class Kind { object, array, string, number, boolean, null, none };

  explicit JsonScanner(std::string_view text) : text_(text) {}

  /// What the next value is; `none` at a fault or at the end.
  [[nodiscard]] Kind peek();

  /// Steps into an object or array. Otherwise the value is skipped, and the answer is false.
  bool enter_object();
  bool enter_array();
  /// The next key of the object that was entered last; nothing at its end. Its value must be read or skipped. The view
  /// holds until the next key.
  [[nodiscard]] std::optional<std::string_view> next_key();
  /// True if the array that was entered last has another item, which must be read or skipped.
  [[nodiscard]] bool next_item();

  /// Appends a string's text. Another kind of value is skipped, and the answer is false.
  bool read_string(std::string& out);
  /// A number that is a whole one between 0 and 2^53. Another value is skipped.
  [[nodiscard]] std::optional<std::int64_t> read_count();
  /// A finite number. Another value is skipped.
  [[nodiscard]] std::optional<double> read_number();
  void skip();
  /// Skips a value and gives its text.
  [[nodiscard]] std::string_view raw();

  /// True if only white space is left.
  [[nodiscard]] bool at_end();
  [[nodiscard]] bool ok() const { return ok_; }
  /// The fault was that the text ended too early.
  [[nodiscard]] bool cut_off() const { return !ok_ && cut_off_; }
  /// Bytes read.
  [[nodiscard]] std::size_t offset() const { return at_; }

 private:
  void space();
  void fail(bool cut_off = false);
  bool expect(char c);
  bool enter(Kind kind, char open);
  std::string_view plain_run();
  bool string_body(std::string* out);
  bool escape(std::string* out);
  std::optional<std::uint32_t> hex4();
  bool literal(std::string_view word);
  std::string_view number();

  std::string_view text_;
  std::size_t at_ = 0;
  int depth_ = 0;
  bool first_ = false;  ///< just entered: no comma before the next key or item
  bool ok_ = true;
  bool cut_off_ = false;
  std::string key_;
};

/// Appends `text` as a JSON string with its quotes. `text` is UTF-8; bytes that are not become U+FFFD.
void append_json_string(std::string& out, std::string_view text);

}  // namespace assay::endpoints
