#pragma once
/// Finds the HTTP/1.x request at the front of a buffer. Strict where leniency would let two readers disagree.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace assay::net {

/// Scans one request after the other; keeps its place while a request is incomplete. Pure: no socket, no clock.
class RequestScanner {
 public:
  enum class State { more, ready, bad };

  static constexpr std::size_t kMaxHeader = 64 * 1024;
  static constexpr std::size_t kMaxFields = 256;

  explicit RequestScanner(std::size_t max_body) : max_body_(max_body) {}

  /// Looks at `buffer`, which starts where the request starts and holds at least what it held before. The views below
  /// are into it, and valid as long as it is.
  [[nodiscard]] State scan(std::string_view buffer);

  /// The HTTP status that a bad request deserves, and why.
  [[nodiscard]] int status() const { return status_; }
  [[nodiscard]] std::string_view reason() const { return reason_; }

  [[nodiscard]] std::string_view method() const { return method_.in(buffer_); }
  [[nodiscard]] std::string_view target() const { return target_.in(buffer_); }
  [[nodiscard]] std::string_view body() const;
  /// First header of that name, without case; empty if absent.
  [[nodiscard]] std::string_view header(std::string_view name) const;
  [[nodiscard]] bool keep_alive() const { return keep_alive_; }
  /// True once the head is read and the peer waits for `100 Continue` before it sends the body.
  [[nodiscard]] bool expects_continue() const { return head_done_ && expects_continue_; }
  /// Bytes of the buffer that the request took.
  [[nodiscard]] std::size_t size() const { return size_; }

  /// Gets ready for the next request.
  void reset();

 private:
  struct Span {
    std::size_t begin = 0;
    std::size_t size = 0;
    [[nodiscard]] std::string_view in(std::string_view text) const { return text.substr(begin, size); }
  };
  struct Field {
    Span name;
    Span value;
  };

  State bad(int status, std::string_view reason);
  bool scan_head();
  bool scan_request_line(std::size_t begin, std::size_t end);
  bool scan_field(std::size_t begin, std::size_t end);
  bool apply(const Field& field);
  bool apply_connection(std::string_view value);
  State scan_length_body();
  State scan_chunks();
  bool scan_chunk_size(std::string_view line);

  std::size_t max_body_;
  std::string_view buffer_;
  int status_ = 0;
  std::string_view reason_;
  Span method_;
  Span target_;
  std::vector<Field> fields_;
  std::size_t searched_ = 0;  ///< no end of the head before this
  std::size_t head_size_ = 0;
  std::size_t size_ = 0;
  std::uint64_t length_ = 0;
  bool head_done_ = false;
  bool has_length_ = false;
  bool chunked_ = false;
  bool keep_alive_ = true;
  bool expects_continue_ = false;
  enum class Chunk { size, data, data_end, trailer } chunk_ = Chunk::size;
  std::size_t chunk_at_ = 0;
  std::uint64_t chunk_left_ = 0;
  std::string decoded_;
};

}  // namespace assay::net
