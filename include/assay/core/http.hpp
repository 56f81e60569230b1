#pragma once
/// The HTTP port: what the endpoints need of a client. Knows no Beast, no TLS, no JSON.

#include <assay/core/error.hpp>
#include <assay/core/time.hpp>

#include <boost/asio/awaitable.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace assay {

/// A parsed absolute http or https URL. `target` is path and query, at least "/".
struct Url {
  bool tls = false;
  std::string host;  ///< without brackets for IPv6
  std::string port;  ///< digits
  std::string target;
};

/// Errors: `invalid`, saying what an address looks like. Refuses user info, other schemes and fragments.
[[nodiscard]] Result<Url> parse_url(std::string_view text);

/// `https://host:port`, without the default port; the identity of a connection pool.
[[nodiscard]] std::string origin(const Url& url);

using HttpHeaders = std::vector<std::pair<std::string, std::string>>;

/// The first value of a header, by name without case.
[[nodiscard]] std::optional<std::string_view> find_header(const HttpHeaders& headers, std::string_view name);

struct HttpRequest {
  std::string method = "POST";
  Url url;
  HttpHeaders headers;
  std::string body;
};

struct HttpHead {
  int status = 0;
  HttpHeaders headers;
};

/// Bounds of one attempt. `first_token` runs from the start to the first content the sink reports, `idle` between two
/// arrivals of bytes after that, `total` over everything.
struct Deadlines {
  Duration connect = std::chrono::seconds(5);
  Duration first_token = std::chrono::seconds(30);
  Duration idle = std::chrono::seconds(15);
  Duration total = std::chrono::seconds(120);
};

/// Takes an answer as it arrives.
class BodySink {
 public:
  enum class Seen { nothing, content, done };  ///< done: nothing more is wanted (a stream's end mark was read)

  virtual ~BodySink() = default;
  /// Called once, before any body. 1xx answers are not shown.
  virtual void on_head(const HttpHead& head) = 0;
  /// Called for each arrival. `at` is when it was read.
  virtual Seen on_body(std::string_view bytes, TimePoint at) = 0;
};

/// How an exchange went. `head.status` is 0 if none came.
struct HttpResult {
  HttpHead head;
  std::optional<Error> error;       ///< transport, tls, timeout (naming the deadline) or protocol
  std::optional<Duration> connect;  ///< set if a connection was made for it
  TimePoint started;                ///< before any connection was made
  TimePoint ended;
};

/// One loop's client with its keep-alive pools. Not thread-safe. Never retries: what was sent may have been paid for. A
/// connection that rested is looked at before it is used. An error may come after a head and part of a body.
class HttpClient {
 public:
  virtual ~HttpClient() = default;
  /// The references must live until the coroutine ends.
  virtual boost::asio::awaitable<HttpResult> send(const HttpRequest& request, const Deadlines& deadlines,
                                                  BodySink& sink) = 0;
  /// Fails every exchange under way with `cancelled`, and every later one.
  virtual void cancel() = 0;
};

}  // namespace assay
