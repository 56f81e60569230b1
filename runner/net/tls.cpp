#include "runner/net/tls.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <system_error>
#include <utility>

namespace assay::net {

namespace {

template <auto Free>
struct Deleter {
  template <class T>
  void operator()(T* pointer) const {
    Free(pointer);
  }
};
using ContextPtr = std::unique_ptr<SSL_CTX, Deleter<SSL_CTX_free>>;
using SslPtr = std::unique_ptr<SSL, Deleter<SSL_free>>;

std::string openssl_reason() {
  const unsigned long code = ERR_peek_last_error();
  ERR_clear_error();
  if (code == 0) return "unknown cause";
  if (const char* reason = ERR_reason_error_string(code)) return reason;
  return fmt::format("error {:#x}", code);
}

bool is_address(const std::string& host) {
  std::array<unsigned char, sizeof(in6_addr)> bytes{};
  return inet_pton(AF_INET, host.c_str(), bytes.data()) == 1 || inet_pton(AF_INET6, host.c_str(), bytes.data()) == 1;
}

}  // namespace

IoResult socket_read(int socket, char* to, std::size_t size) {
  for (;;) {
    const ssize_t n = ::recv(socket, to, size, 0);
    if (n > 0) return {Io::done, static_cast<std::size_t>(n)};
    if (n == 0) return {size == 0 ? Io::done : Io::eof};
    if (errno == EINTR) continue;
    if (errno == EAGAIN || errno == EWOULDBLOCK) return {Io::want_read};
    return {Io::failed, 0, errno};
  }
}

IoResult socket_write(int socket, std::string_view bytes) {
  for (;;) {
    const ssize_t n = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (n >= 0) return {Io::done, static_cast<std::size_t>(n)};
    if (errno == EINTR) continue;
    if (errno == EAGAIN || errno == EWOULDBLOCK) return {Io::want_write};
    return {Io::failed, 0, errno};
  }
}

struct TlsSession::State {
  int socket = -1;
  bool client = true;
  std::string host;
  IoResult last;  ///< of the socket, seen by the BIO
  SslPtr ssl;

  [[nodiscard]] IoResult outcome(int returned);
};

namespace {

// OpenSSL's own socket BIO raises SIGPIPE; this one does not, and remembers what the socket said.
template <class State>
int transfer(BIO* bio, const IoResult& io, State& state) {
  BIO_clear_retry_flags(bio);
  state.last = io;
  if (io.state == Io::done) return static_cast<int>(io.n);
  if (io.state == Io::want_read) BIO_set_retry_read(bio);
  if (io.state == Io::want_write) BIO_set_retry_write(bio);
  return io.state == Io::eof ? 0 : -1;
}

template <class State>
BIO_METHOD* make_bio_method() {
  BIO_METHOD* method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "assay socket");
  BIO_meth_set_read(method, [](BIO* bio, char* to, int size) {
    auto& state = *static_cast<State*>(BIO_get_data(bio));
    return transfer(bio, socket_read(state.socket, to, static_cast<std::size_t>(size)), state);
  });
  BIO_meth_set_write(method, [](BIO* bio, const char* from, int size) {
    auto& state = *static_cast<State*>(BIO_get_data(bio));
    return transfer(bio, socket_write(state.socket, {from, static_cast<std::size_t>(size)}), state);
  });
  BIO_meth_set_ctrl(method, [](BIO* bio, int command, long, void*) -> long {
    if (command == BIO_CTRL_EOF) return static_cast<State*>(BIO_get_data(bio))->last.state == Io::eof ? 1 : 0;
    return command == BIO_CTRL_FLUSH ? 1 : 0;
  });
  return method;
}

}  // namespace

IoResult TlsSession::State::outcome(int returned) {
  switch (SSL_get_error(ssl.get(), returned)) {
    case SSL_ERROR_WANT_READ:
      return {Io::want_read};
    case SSL_ERROR_WANT_WRITE:
      return {Io::want_write};
    case SSL_ERROR_ZERO_RETURN:
      return {Io::eof};
    default:
      break;
  }
  if (last.state == Io::failed) return last;
  return {Io::failed, 0, last.state == Io::eof ? ECONNRESET : EPROTO};
}

TlsSession::TlsSession(std::unique_ptr<State> state) : state_(std::move(state)) {}
TlsSession::TlsSession(TlsSession&&) noexcept = default;
TlsSession::~TlsSession() = default;

IoResult TlsSession::handshake() {
  ERR_clear_error();
  const int returned = state_->client ? SSL_connect(state_->ssl.get()) : SSL_accept(state_->ssl.get());
  if (returned == 1) return {Io::done};
  return state_->outcome(returned);
}

IoResult TlsSession::read(char* to, std::size_t size) {
  ERR_clear_error();
  const int limit = static_cast<int>(std::min<std::size_t>(size, INT_MAX));
  const int n = SSL_read(state_->ssl.get(), to, limit);
  if (n > 0) return {Io::done, static_cast<std::size_t>(n)};
  return state_->outcome(n);
}

IoResult TlsSession::write(std::string_view bytes) {
  if (bytes.empty()) return {Io::done};
  ERR_clear_error();
  const int limit = static_cast<int>(std::min<std::size_t>(bytes.size(), INT_MAX));
  const int n = SSL_write(state_->ssl.get(), bytes.data(), limit);
  if (n > 0) return {Io::done, static_cast<std::size_t>(n)};
  return state_->outcome(n);
}

void TlsSession::close_notify() {
  ERR_clear_error();
  SSL_shutdown(state_->ssl.get());
  ERR_clear_error();
}

Error TlsSession::handshake_error() const {
  const std::string& host = state_->host;
  const long verified = SSL_get_verify_result(state_->ssl.get());
  if (verified != X509_V_OK) {
    const char* why = X509_verify_cert_error_string(verified);
    std::string hint = "name the authority that signed it with ca_file";
    if (verified == X509_V_ERR_HOSTNAME_MISMATCH || verified == X509_V_ERR_IP_ADDRESS_MISMATCH) {
      hint = "use the host name that the certificate is made out to";
    } else if (verified == X509_V_ERR_CERT_HAS_EXPIRED || verified == X509_V_ERR_CERT_NOT_YET_VALID) {
      hint = "renew the server's certificate, or set this machine's clock";
    }
    return Error{ErrorKind::tls, fmt::format("certificate verify failed for {}: {}", host, why), hint};
  }
  const unsigned long code = ERR_peek_last_error();
  if (state_->last.state == Io::failed || state_->last.state == Io::eof) {
    ERR_clear_error();
    return Error{ErrorKind::transport, fmt::format("the connection to {} closed during the TLS handshake", host),
                 "look whether the server speaks https on this port"};
  }
  std::string hint = "look which TLS versions and ciphers the server speaks";
  if (ERR_GET_REASON(code) == SSL_R_WRONG_VERSION_NUMBER) hint = "the server seems to speak http: write http://";
  return Error{ErrorKind::tls, fmt::format("the TLS handshake with {} failed: {}", host, openssl_reason()), hint};
}

struct TlsContext::State {
  ContextPtr context;
  bool system_loaded = false;  ///< the system's authorities
};

TlsContext::TlsContext(std::unique_ptr<State> state) : state_(std::move(state)) {}
TlsContext::TlsContext(TlsContext&&) noexcept = default;
TlsContext::~TlsContext() = default;

namespace {

void set_common(SSL_CTX* context) {
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                SSL_MODE_RELEASE_BUFFERS | SSL_MODE_AUTO_RETRY);
}

}  // namespace

Result<TlsContext> TlsContext::client(const std::optional<std::string>& ca_file) {
  ContextPtr context(SSL_CTX_new(TLS_client_method()));
  if (!context) return Error{ErrorKind::internal, "OpenSSL cannot be used: " + openssl_reason()};
  set_common(context.get());
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
  if (ca_file && SSL_CTX_load_verify_locations(context.get(), ca_file->c_str(), nullptr) != 1) {
    return Error{ErrorKind::invalid, fmt::format("the CA file '{}' cannot be used: {}", *ca_file, openssl_reason()),
                 "write the path of a PEM file with the authority's certificate"};
  }
  ERR_clear_error();
  return TlsContext(std::make_unique<State>(State{std::move(context)}));
}

Result<TlsContext> TlsContext::server(const std::string& certificate, const std::string& private_key) {
  ContextPtr context(SSL_CTX_new(TLS_server_method()));
  if (!context) return Error{ErrorKind::internal, "OpenSSL cannot be used: " + openssl_reason()};
  set_common(context.get());
  if (SSL_CTX_use_certificate_chain_file(context.get(), certificate.c_str()) != 1) {
    return Error{ErrorKind::invalid,
                 fmt::format("the certificate '{}' cannot be used: {}", certificate, openssl_reason()),
                 "write the path of a PEM file"};
  }
  if (SSL_CTX_use_PrivateKey_file(context.get(), private_key.c_str(), SSL_FILETYPE_PEM) != 1 ||
      SSL_CTX_check_private_key(context.get()) != 1) {
    return Error{ErrorKind::invalid,
                 fmt::format("the private key '{}' cannot be used: {}", private_key, openssl_reason()),
                 "write the path of the PEM file with the certificate's key"};
  }
  return TlsContext(std::make_unique<State>(State{std::move(context)}));
}

std::unique_ptr<TlsSession> TlsContext::connect(int socket, const std::string& host) const {
  // Parsing them takes tens of milliseconds, which a run over plain http need not spend.
  if (!std::exchange(state_->system_loaded, true)) SSL_CTX_set_default_verify_paths(state_->context.get());
  auto session = accept(socket);
  auto& state = *session->state_;
  state.client = true;
  state.host = host;
  SSL* ssl = state.ssl.get();
  if (is_address(host)) {
    X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), host.c_str());
  } else {
    SSL_set_hostflags(ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    SSL_set1_host(ssl, host.c_str());
    SSL_set_tlsext_host_name(ssl, host.c_str());
  }
  return session;
}

std::unique_ptr<TlsSession> TlsContext::accept(int socket) const {
  using SessionState = TlsSession::State;
  static BIO_METHOD* const method = make_bio_method<SessionState>();
  auto state = std::make_unique<SessionState>();
  state->socket = socket;
  state->client = false;
  state->ssl.reset(SSL_new(state_->context.get()));
  BIO* bio = BIO_new(method);
  BIO_set_data(bio, state.get());
  BIO_set_init(bio, 1);
  SSL_set_bio(state->ssl.get(), bio, bio);
  return std::unique_ptr<TlsSession>(new TlsSession(std::move(state)));
}

}  // namespace assay::net
