#include <assay/core/error.hpp>

#include <array>
#include <stdexcept>
#include <utility>

namespace assay {

namespace {

constexpr std::array kNames{
    std::pair{ErrorKind::usage, std::string_view("usage")},
    std::pair{ErrorKind::invalid, std::string_view("invalid")},
    std::pair{ErrorKind::selection, std::string_view("selection")},
    std::pair{ErrorKind::not_found, std::string_view("not_found")},
    std::pair{ErrorKind::transport, std::string_view("transport")},
    std::pair{ErrorKind::tls, std::string_view("tls")},
    std::pair{ErrorKind::timeout, std::string_view("timeout")},
    std::pair{ErrorKind::rate_limited, std::string_view("rate_limited")},
    std::pair{ErrorKind::unavailable, std::string_view("unavailable")},
    std::pair{ErrorKind::quota, std::string_view("quota")},
    std::pair{ErrorKind::auth, std::string_view("auth")},
    std::pair{ErrorKind::rejected, std::string_view("rejected")},
    std::pair{ErrorKind::protocol, std::string_view("protocol")},
    std::pair{ErrorKind::judge, std::string_view("judge")},
    std::pair{ErrorKind::replay_miss, std::string_view("replay_miss")},
    std::pair{ErrorKind::budget, std::string_view("budget")},
    std::pair{ErrorKind::store, std::string_view("store")},
    std::pair{ErrorKind::cancelled, std::string_view("cancelled")},
    std::pair{ErrorKind::internal, std::string_view("internal")},
};

}  // namespace

void throw_exception_from_error(const Error& error, const boost::source_location& /*where*/) {
  throw std::runtime_error(to_string(error));
}

bool retryable(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::transport:
    case ErrorKind::timeout:
    case ErrorKind::rate_limited:
    case ErrorKind::unavailable:
      return true;
    case ErrorKind::usage:
    case ErrorKind::invalid:
    case ErrorKind::selection:
    case ErrorKind::not_found:
    case ErrorKind::tls:
    case ErrorKind::quota:
    case ErrorKind::auth:
    case ErrorKind::rejected:
    case ErrorKind::protocol:
    case ErrorKind::judge:
    case ErrorKind::replay_miss:
    case ErrorKind::budget:
    case ErrorKind::store:
    case ErrorKind::cancelled:
    case ErrorKind::internal:
      return false;
  }
  return false;
}

ExitCode exit_code(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::usage:
    case ErrorKind::invalid:
    case ErrorKind::selection:
    case ErrorKind::not_found:
      return ExitCode::usage;
    case ErrorKind::budget:
      return ExitCode::inconclusive;
    case ErrorKind::transport:
    case ErrorKind::tls:
    case ErrorKind::timeout:
    case ErrorKind::rate_limited:
    case ErrorKind::unavailable:
    case ErrorKind::quota:
    case ErrorKind::auth:
    case ErrorKind::rejected:
    case ErrorKind::protocol:
    case ErrorKind::judge:
    case ErrorKind::replay_miss:
    case ErrorKind::store:
    case ErrorKind::cancelled:
    case ErrorKind::internal:
      return ExitCode::error;
  }
  return ExitCode::error;
}

std::string_view name(ErrorKind kind) {
  for (const auto& [value, text] : kNames) {
    if (value == kind) return text;
  }
  return "internal";
}

ErrorKind error_kind(std::string_view name) {
  for (const auto& [value, text] : kNames) {
    if (text == name) return value;
  }
  return ErrorKind::internal;
}

std::string to_string(const Place& place) {
  std::string text = place.file;
  if (place.line > 0) {
    text += ':' + std::to_string(place.line);
    if (place.column > 0) text += ':' + std::to_string(place.column);
  }
  return text;
}

std::string to_string(const Error& error) {
  std::string text = to_string(error.at);
  if (!text.empty()) text += ": ";
  text += "error: " + error.message;
  if (!error.hint.empty()) text += "; help: " + error.hint;
  return text;
}

}  // namespace assay
