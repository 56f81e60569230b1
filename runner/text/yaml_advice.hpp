#pragma once
/// The YAML parser's messages in words that say what to write.

#include <string>
#include <string_view>

namespace assay::text {

struct Advice {
  enum class Where { mark, innermost, last };  ///< the parser's mark, the open list or mapping, the value before
  Where where = Where::mark;
  std::string message;
  std::string hint;
};

/// `message` is yaml-cpp's, `line` the text of the line it names, `at` the byte within it.
[[nodiscard]] Advice advise(std::string_view message, std::string_view line, std::size_t at);

}  // namespace assay::text
