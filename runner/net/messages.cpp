#include "runner/net/messages.hpp"

#include <boost/asio/error.hpp>
#include <fmt/format.h>

#include <cerrno>

namespace assay::net {

std::string to_text(Duration duration) {
  const double seconds = to_seconds(duration);
  return seconds >= 1 ? fmt::format("{:.6g} s", seconds) : fmt::format("{:.6g} ms", to_ms(duration));
}

std::string host_port(const std::string& host, const std::string& port) {
  return host.find(':') == std::string::npos ? host + ":" + port : "[" + host + "]:" + port;
}

Error late(const Due& due) {
  const std::string value = to_text(due.value);
  switch (due.which) {
    case Deadline::connect:
      return Error{ErrorKind::timeout, "no connection within " + value,
                   "look whether the server can be reached, or raise timeout.connect"};
    case Deadline::first_token:
      return Error{ErrorKind::timeout, "no first token within " + value,
                   "raise timeout.first_token, or lower the concurrency if the server queues requests"};
    case Deadline::idle:
      return Error{ErrorKind::timeout, "idle for " + value + " in the middle of the answer", "raise timeout.idle"};
    case Deadline::total:
      return Error{ErrorKind::timeout, "no whole answer within " + value + " in total",
                   "raise timeout.total, or ask for fewer tokens"};
  }
  return Error{ErrorKind::timeout, "no answer within " + value};
}

Error stopped() {
  return Error{ErrorKind::cancelled, "the call was stopped"};
}

Error unknown_host(const std::string& host, const boost::system::error_code& ec) {
  return Error{ErrorKind::transport, fmt::format("the host name {} cannot be resolved: {}", host, ec.message()),
               "check the host name in the address, and this machine's DNS"};
}

Error not_connected(const std::string& address, const boost::system::error_code& ec) {
  Error error{ErrorKind::transport, fmt::format("no connection to {}: {}", address, ec.message())};
  if (ec == boost::asio::error::connection_refused) {
    error.message = fmt::format("connection refused by {}", address);
    error.hint = fmt::format("is the server running at {}?", address);
  } else if (ec == boost::system::errc::too_many_files_open) {
    error.hint = "raise the limit with ulimit -n, or lower the concurrency";
  } else {
    error.hint = "look whether this machine can reach the server (address, firewall, proxy)";
  }
  return error;
}

Error no_answer() {
  return Error{ErrorKind::transport, "the server closed the connection without an answer", "look at the server's log"};
}

Error cut_short() {
  return Error{ErrorKind::transport, "the connection closed in the middle of the answer", "look at the server's log"};
}

Error broken(int error, bool head) {
  const char* when = head ? "in the middle of the answer" : "before an answer came";
  if (error == ECONNRESET || error == EPIPE) {
    return Error{ErrorKind::transport, fmt::format("the connection was reset {}", when), "look at the server's log"};
  }
  const boost::system::error_code ec(error, boost::system::system_category());
  return Error{ErrorKind::transport, fmt::format("the connection broke {}: {}", when, ec.message())};
}

}  // namespace assay::net
