#pragma once
/// The HTTP server port: requests in, plans of bytes and faults out. For the stub; loopback by default.

#include <assay/core/error.hpp>
#include <assay/core/time.hpp>

#include <boost/asio/any_io_executor.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace assay::net {

/// A request as it came. Views are valid during the handler only.
struct ServerRequest {
  std::string_view method;
  std::string_view target;
  std::string_view body;
  bool keep_alive = true;
  /// First header of that name, without case; empty if absent.
  std::function<std::string_view(std::string_view)> header;
};

struct Send {
  std::string bytes;  ///< raw: status line and headers included
};
struct Wait {
  Duration time{};
};
struct Reset {};  ///< RST: the connection is cut hard
struct Close {};  ///< FIN
struct Stall {};  ///< nothing more, until the peer leaves

/// How far a plan came.
enum class PlanEnd {
  finished,   ///< every byte of it was handed to the socket; told before the Reset or Close that may follow
  stalled,    ///< it came to its Stall
  peer_left,  ///< the peer hung up, or closed its sending side, before that
  stopped     ///< the server was stopped before that
};

/// First in a plan whose maker wants to know how it ends: called once, with the bytes that were handed to the socket. A
/// plan that is thrown away unplayed does not call it, so what must be given back belongs in a captured object's
/// destructor. Waits of such a plan end when the peer leaves.
struct Tell {
  std::function<void(PlanEnd, std::size_t)> ended;
};

/// Waits until its turn comes: `enter` is given what starts the rest of the plan. That may be called at once or later,
/// on the loop, and does nothing once the peer left.
struct Turn {
  std::function<void(std::function<void()> start)> enter;
};

using WireStep = std::variant<Send, Wait, Reset, Close, Stall, Tell, Turn>;

/// What happens on the wire, in order. Without Reset, Close or Stall at its end the connection is kept.
using WirePlan = std::vector<WireStep>;

/// Called on the loop for each whole request; must not block.
using Handler = std::function<WirePlan(const ServerRequest&)>;

struct ServerOptions {
  std::string host = "127.0.0.1";
  std::uint16_t port = 0;  ///< 0: the system chooses
  std::size_t max_body = 64u << 20;
  std::optional<std::string> certificate;  ///< PEM files: serve https
  std::optional<std::string> private_key;
};

/// Listens on construction. Not thread-safe; one loop.
class Server {
 public:
  virtual ~Server() = default;
  [[nodiscard]] virtual std::uint16_t port() const = 0;
  /// Connections accepted so far.
  [[nodiscard]] virtual std::uint64_t accepted() const = 0;
  /// Closes the listener and every connection.
  virtual void stop() = 0;
};

/// Errors: `usage` for an address in use or not allowed.
[[nodiscard]] Result<std::unique_ptr<Server>> serve(boost::asio::any_io_executor loop, const ServerOptions& options,
                                                    Handler handler);

}  // namespace assay::net
