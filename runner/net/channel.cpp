#include "runner/net/channel.hpp"

#include <poll.h>
#include <sys/socket.h>

namespace assay::net {

void Channel::prepare() {
  boost::system::error_code ignored;
  socket_.set_option(Tcp::no_delay(true), ignored);
  socket_.native_non_blocking(true, ignored);
}

IoResult Channel::read(char* to, std::size_t size) {
  const IoResult io = tls_ ? tls_->read(to, size) : socket_read(socket_.native_handle(), to, size);
  // TLS keeps records of its own, which the socket knows nothing of.
  may_hold_data_ = io.state == Io::done && (tls_ || io.n == size);
  return io;
}

IoResult Channel::write(std::string_view bytes) {
  return tls_ ? tls_->write(bytes) : socket_write(socket_.native_handle(), bytes);
}

bool Channel::quiet() {
  char byte = 0;
  const IoResult io = read(&byte, 1);
  return io.state == Io::want_read;
}

bool Channel::peer_left() {
  pollfd look{.fd = socket_.native_handle(), .events = POLLRDHUP, .revents = 0};
  return ::poll(&look, 1, 0) > 0;
}

void Channel::reset() {
  boost::system::error_code ignored;
  socket_.set_option(Socket::linger(true, 0), ignored);
  socket_.close(ignored);
}

void Channel::finish() {
  boost::system::error_code ignored;
  if (tls_) tls_->close_notify();
  socket_.shutdown(Socket::shutdown_send, ignored);
}

void Channel::close() {
  boost::system::error_code ignored;
  socket_.close(ignored);
}

}  // namespace assay::net
