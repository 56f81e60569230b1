#pragma once
/// Server-sent events, as they arrive (WHATWG HTML, "Parsing an event stream"). Knows nothing of what the events say.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace assay::endpoints {

/// One event. The views hold until the parser is used again or the bytes given to it go away.
struct SseEvent {
  std::string_view type;  ///< empty for the default, `message`
  std::string_view data;
};

/// Reads lines that end in LF, CR or CRLF, drops a BOM, comments, `id` and `retry`, and joins `data` lines by LF. An
/// event counts once its blank line came; one cut off by the end of the stream does not exist. Bytes that lie in one
/// buffer are not copied.
class SseParser {
 public:
  /// Bytes of one line, and of one event's data; more is a failure.
  static constexpr std::size_t kMaxBytes = 8u << 20;

  /// Takes bytes from the front of `bytes` up to the end of the next event. Nothing when they are used up, or on
  /// failure.
  [[nodiscard]] std::optional<SseEvent> next(std::string_view& bytes);

  /// A line or an event was too long; nothing more is read.
  [[nodiscard]] bool failed() const { return failed_; }

  /// Ready for another stream; keeps its buffers.
  void reset();

 private:
  void keep_partial_line(std::string_view bytes);
  void take_line(std::string_view line, bool in_place);
  void add_data(std::string_view value, bool in_place);
  [[nodiscard]] std::optional<SseEvent> dispatch();

  std::string line_;            ///< the start of a line whose end has not come
  std::string data_;            ///< data that is not in one place in the caller's bytes
  std::string_view data_view_;  ///< data so far
  std::string type_;
  bool has_data_ = false;
  bool after_cr_ = false;
  bool first_line_ = true;
  bool failed_ = false;
  bool dispatched_ = false;
};

}  // namespace assay::endpoints
