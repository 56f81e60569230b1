#pragma once
/// What went wrong on the wire, in words for a person.

#include <assay/core/error.hpp>
#include <assay/core/time.hpp>

#include <boost/system/error_code.hpp>

#include <string>

namespace assay::net {

enum class Deadline { connect, first_token, idle, total };

/// A moment by which something must have happened, and which of the bounds set it.
struct Due {
  TimePoint at = TimePoint::max();
  Deadline which = Deadline::total;
  Duration value{};
};

[[nodiscard]] inline Due earlier(const Due& a, const Due& b) {
  return b.at < a.at ? b : a;
}

/// `30 s`, `1.5 s`, `300 ms`.
[[nodiscard]] std::string to_text(Duration duration);

/// `host:port`, with brackets around an IPv6 address.
[[nodiscard]] std::string host_port(const std::string& host, const std::string& port);

[[nodiscard]] Error late(const Due& due);
[[nodiscard]] Error stopped();
[[nodiscard]] Error unknown_host(const std::string& host, const boost::system::error_code& ec);
[[nodiscard]] Error not_connected(const std::string& address, const boost::system::error_code& ec);
/// The connection ended before a whole head came.
[[nodiscard]] Error no_answer();
/// The connection ended within the body.
[[nodiscard]] Error cut_short();
/// The connection broke with `errno` before (`head` false) or in the middle of an answer.
[[nodiscard]] Error broken(int error, bool head);

}  // namespace assay::net
