#pragma once
/// Errors as values: what went wrong, where, and what to do about it.

#include <boost/system/result.hpp>

#include <string>
#include <string_view>

namespace assay {

/// A place in a file a person can open. `line` and `column` count from 1; 0 means unknown.
struct Place {
  std::string file;
  int line = 0;
  int column = 0;

  friend bool operator==(const Place&, const Place&) = default;
};

/// Closed list of failure kinds. `retryable` and `exit_code` say what each one leads to.
enum class ErrorKind {
  usage,         ///< the command line
  invalid,       ///< a suite, data set, configuration, policy or script that cannot be used
  selection,     ///< nothing is left to run
  not_found,     ///< a RUN, SUITE/CASE or file that is unknown
  transport,     ///< connection refused, reset, closed early, DNS
  tls,           ///< certificate or handshake
  timeout,       ///< a deadline passed: connect, first token, idle or total
  rate_limited,  ///< HTTP 429
  unavailable,   ///< HTTP 408, 409, 425, 5xx
  quota,         ///< the account is exhausted; waiting does not help
  auth,          ///< HTTP 401, 403
  rejected,      ///< any other final HTTP status
  protocol,      ///< an answer that is not what the protocol promises
  judge,         ///< a judge that could not be used
  replay_miss,   ///< a call that the cassette does not hold, where nothing may be sent
  budget,        ///< a declared budget of money, time or tokens is spent
  store,         ///< the history file
  cancelled,     ///< stopped by a signal or by the circuit breaker
  internal,      ///< a bug
};

/// One failure. `message` is a sentence without a full stop; `hint` says what to write or do.
struct Error {
  ErrorKind kind = ErrorKind::internal;
  std::string message;
  std::string hint = {};
  Place at = {};
};

/// A value or an `Error`. Check before use: `if (!r) return r.error();`.
template <class T>
using Result = boost::system::result<T, Error>;

/// Needed by `Result::value()`: throws std::runtime_error with the error's text. Only bugs get here.
[[noreturn]] void throw_exception_from_error(const Error& error, const boost::source_location& where);

/// Exit codes of the program; a stable interface.
enum class ExitCode : int {
  pass = 0,
  block = 1,
  inconclusive = 2,
  error = 3,
  usage = 4,
  interrupted = 130,  ///< SIGINT
  terminated = 143,   ///< SIGTERM
};

/// True if another attempt of the same call may succeed.
[[nodiscard]] bool retryable(ErrorKind kind);

/// The exit code of a command that ends with this error.
[[nodiscard]] ExitCode exit_code(ErrorKind kind);

/// The kind's stable name, as stored: `rate_limited`, …
[[nodiscard]] std::string_view name(ErrorKind kind);

/// The kind of a stored name; `internal` for an unknown one.
[[nodiscard]] ErrorKind error_kind(std::string_view name);

/// `file:line:col` as far as known; empty for an empty place.
[[nodiscard]] std::string to_string(const Place& place);

/// `file:line:col: error: message; help: hint`, the way a compiler says it.
[[nodiscard]] std::string to_string(const Error& error);

}  // namespace assay
