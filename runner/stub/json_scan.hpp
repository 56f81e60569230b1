#pragma once
/// A pull reader over JSON text that builds nothing: the stub looks at three fields of a request, fifty thousand times
/// a second. Strict (RFC 8259), bounded in depth, safe on hostile bytes.

#include <cstddef>
#include <string>
#include <string_view>

namespace assay::stub {

/// Walks one JSON text. After a fault every call returns false and `ok` tells. The text outlives the reader.
class JsonScan {
 public:
  explicit JsonScan(std::string_view text) : text_(text) {}

  /// The first byte of the next value: `{ [ " t f n -` or a digit; 0 at the end.
  [[nodiscard]] char peek();

  /// Enters an object or array: `for (s.enter('{'); s.next_key(key);) …`.
  bool enter(char open);
  /// Reads the next key, without quotes and not unescaped; false at the closing brace.
  bool next_key(std::string_view& key);
  /// True if another item follows; false at the closing bracket.
  bool next_item();

  bool string(std::string_view& raw);  ///< between the quotes, not unescaped; valid UTF-8
  bool boolean(bool& value);
  bool skip();  ///< any value
  /// Nothing but white space is left.
  bool finished();

  [[nodiscard]] bool ok() const { return !failed_; }
  [[nodiscard]] std::size_t offset() const { return at_; }
  /// The text from `begin` up to the reader.
  [[nodiscard]] std::string_view since(std::size_t begin) const { return text_.substr(begin, at_ - begin); }

 private:
  bool fail();
  bool take(char expected);
  bool literal(std::string_view word);
  bool number();
  bool digits();
  bool escape();
  bool leave(char close);
  void skip_space();

  std::string_view text_;
  std::size_t at_ = 0;
  int depth_ = 0;
  bool first_ = false;
  bool failed_ = false;
};

/// The text of a raw JSON string that `JsonScan` accepted. A lone surrogate becomes U+FFFD.
[[nodiscard]] std::string unescape(std::string_view raw);

/// Appends `utf8` as a JSON string, quotes included.
void append_quoted(std::string& out, std::string_view utf8);

}  // namespace assay::stub
