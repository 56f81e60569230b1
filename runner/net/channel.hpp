#pragma once
/// A connected socket, plain or under TLS, that never blocks: it says what to wait for instead.

#include "runner/net/socket.hpp"
#include "runner/net/tls.hpp"

#include <memory>
#include <string_view>

namespace assay::net {

/// Owns its socket. One loop only.
class Channel {
 public:
  explicit Channel(Executor loop) : socket_(loop) {}
  explicit Channel(Socket socket) : socket_(std::move(socket)) {}

  [[nodiscard]] Socket& socket() { return socket_; }

  /// To be called once connected: no delay, no blocking.
  void prepare();

  /// Everything from here on goes through `tls`.
  void secure(std::unique_ptr<TlsSession> tls) { tls_ = std::move(tls); }
  [[nodiscard]] TlsSession* tls() { return tls_.get(); }

  [[nodiscard]] IoResult read(char* to, std::size_t size);
  [[nodiscard]] IoResult write(std::string_view bytes);

  /// False if the last read emptied the socket, so that waiting is cheaper than trying.
  [[nodiscard]] bool may_hold_data() const { return may_hold_data_; }

  /// True if an idle connection is still good: nothing came, and nobody hung up.
  [[nodiscard]] bool quiet();

  /// True if the peer will send nothing more: it closed, or the connection broke. Reads nothing.
  [[nodiscard]] bool peer_left();

  /// Cuts the connection with RST.
  void reset();
  /// Says that nothing more will be sent (close_notify, FIN).
  void finish();
  void close();

 private:
  Socket socket_;
  std::unique_ptr<TlsSession> tls_;
  bool may_hold_data_ = false;
};

/// The readiness that `io` asks for.
[[nodiscard]] inline Socket::wait_type readiness(const IoResult& io) {
  return io.state == Io::want_write ? Socket::wait_write : Socket::wait_read;
}

}  // namespace assay::net
