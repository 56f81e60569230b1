#pragma once
/// Reads HTTP answers out of bytes. The only file that knows Beast is its .cpp.

#include <assay/core/http.hpp>

#include <cstdint>
#include <memory>
#include <string_view>

namespace assay::net {

/// Parses one answer after the other; skips 1xx. Not thread-safe.
class ResponseParser {
 public:
  static constexpr std::uint32_t kMaxHeader = 64 * 1024;

  class Events {
   public:
    virtual ~Events() = default;
    virtual void on_head(HttpHead head) = 0;
    virtual void on_body(std::string_view bytes) = 0;  ///< never empty
  };
  enum class State { more, complete, failed };

  ResponseParser();
  ResponseParser(ResponseParser&&) noexcept;
  ~ResponseParser();

  /// Starts a new answer. `bodiless`: whatever its head says (HEAD, CONNECT). `events` outlives the answer.
  void begin(Events& events, std::uint64_t max_body, bool bodiless);

  /// Uses up bytes from the front; `used` says how many. What is left must be shown again, with more after it.
  [[nodiscard]] State feed(std::string_view bytes, std::size_t& used);
  /// The peer says that nothing more comes: complete where the body ends with the connection.
  [[nodiscard]] State finish();

  [[nodiscard]] bool started() const;  ///< any byte of the answer came
  [[nodiscard]] bool head_done() const;
  [[nodiscard]] bool until_eof() const;  ///< the body ends with the connection
  /// True if the connection may be used again. To be asked when complete.
  [[nodiscard]] bool keep_alive() const;
  /// Why it failed: `protocol`, or `transport` for an answer cut short.
  [[nodiscard]] Error error() const;

 private:
  class Parser;
  std::unique_ptr<Parser> parser_;
};

}  // namespace assay::net
