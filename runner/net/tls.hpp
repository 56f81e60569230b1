#pragma once
/// TLS over a non-blocking socket. The only place that knows OpenSSL.

#include <assay/core/error.hpp>

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace assay::net {

/// What became of a read or a write that must not block.
enum class Io {
  done,
  want_read,   ///< try again when the socket is readable
  want_write,  ///< try again when the socket is writable
  eof,         ///< the peer said that nothing more comes
  failed,      ///< `error` says why; ECONNRESET where a TLS peer left without saying so
  aborted,     ///< a deadline passed, or the client was stopped
};

struct IoResult {
  Io state = Io::failed;
  std::size_t n = 0;
  int error = 0;  ///< errno
};

[[nodiscard]] IoResult socket_read(int socket, char* to, std::size_t size);
[[nodiscard]] IoResult socket_write(int socket, std::string_view bytes);

/// One connection's TLS. Does not own the socket, which outlives it.
class TlsSession {
 public:
  TlsSession(TlsSession&&) noexcept;
  ~TlsSession();

  [[nodiscard]] IoResult handshake();
  [[nodiscard]] IoResult read(char* to, std::size_t size);
  [[nodiscard]] IoResult write(std::string_view bytes);
  void close_notify();

  /// Why the handshake failed, of kind `tls`, or `transport` where the connection just broke.
  [[nodiscard]] Error handshake_error() const;

 private:
  friend class TlsContext;
  struct State;
  explicit TlsSession(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

/// Keys and trusted authorities, shared by sessions. TLS 1.2 or newer.
class TlsContext {
 public:
  TlsContext(TlsContext&&) noexcept;
  ~TlsContext();

  /// Trusts the system's authorities (read with the first session) and those of `ca_file` (PEM). Errors: `invalid`.
  [[nodiscard]] static Result<TlsContext> client(const std::optional<std::string>& ca_file);
  /// PEM files; the certificate may be a chain. Errors: `invalid`.
  [[nodiscard]] static Result<TlsContext> server(const std::string& certificate, const std::string& private_key);

  /// A session that demands a certificate for `host`, a name (sent as SNI) or an IP address.
  [[nodiscard]] std::unique_ptr<TlsSession> connect(int socket, const std::string& host) const;
  [[nodiscard]] std::unique_ptr<TlsSession> accept(int socket) const;

 private:
  struct State;
  explicit TlsContext(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace assay::net
