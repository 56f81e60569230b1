#pragma once
/// One connection of the server: requests in, plans out.

#include "runner/net/buffer.hpp"
#include "runner/net/channel.hpp"
#include "runner/net/request_scanner.hpp"

#include <assay/net/server.hpp>

#include <boost/asio/awaitable.hpp>

#include <memory>
#include <optional>

namespace assay::net {

class Peer;

/// What the connections of a server share.
struct ServerCore {
  explicit ServerCore(Executor executor) : loop(executor) {}

  Executor loop;
  Handler handler;
  std::size_t max_body = 0;
  std::optional<TlsContext> tls;
  std::uint64_t accepted = 0;
  bool stopped = false;
  Peer* first = nullptr;  ///< all living connections
};

/// Lives in the coroutine that runs it; known to the core meanwhile.
class Peer {
 public:
  template <class T>
  using Task = boost::asio::awaitable<T, Executor>;

  Peer(std::shared_ptr<ServerCore> core, Socket socket);
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;
  ~Peer();

  Task<void> run();
  /// Ends whatever it waits for, and cuts the connection.
  void stop();
  [[nodiscard]] Peer* next() const { return next_; }

 private:
  enum class Then { next_request, gone };

  [[nodiscard]] WirePlan answer();

  Task<bool> handshake();
  Task<bool> read();
  Task<bool> write(std::string_view bytes);
  Task<bool> ready(Socket::wait_type what);
  Task<void> pause();
  Task<bool> wait(Duration time);
  Task<bool> turn(const Turn& turn);
  Task<Then> play(WirePlan plan);
  Then tell(PlanEnd end);
  Then broken();
  void watch();
  std::weak_ptr<Peer*> handle();
  Task<void> stall();
  Task<void> linger();
  Task<void> refuse();

  std::shared_ptr<ServerCore> core_;
  Channel channel_;
  Timer timer_;
  Buffer in_;
  RequestScanner scanner_;
  bool stopped_ = false;
  bool continued_ = false;
  /// Of the plan being played: who wants to know its end, what was sent of it, and whether the peer left meanwhile.
  const Tell* told_ = nullptr;
  std::size_t sent_ = 0;
  bool left_ = false;
  bool started_ = false;
  std::shared_ptr<Peer*> self_;  ///< for what may be called after the peer is gone
  Peer* previous_ = nullptr;
  Peer* next_ = nullptr;
};

}  // namespace assay::net
