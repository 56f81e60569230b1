#include "runner/stub/wire.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <chrono>

namespace assay::stub {

namespace {

/// Gives the peer time to read what came before it is cut off: a reset may discard what was not read yet.
constexpr Duration kBeforeCut = std::chrono::milliseconds(10);
constexpr std::size_t kMaxTrickleSteps = 100'000;

std::string_view reason(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 429:
      return "Too Many Requests";
    case 500:
      return "Internal Server Error";
    case 502:
      return "Bad Gateway";
    case 503:
      return "Service Unavailable";
    case 504:
      return "Gateway Timeout";
    default:
      return "Status";
  }
}

bool same_name(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

/// The head, up to and including the empty line.
std::string head(const Reply& reply, bool keep_alive) {
  std::string out = fmt::format("HTTP/1.1 {} {}\r\n", reply.status, reason(reply.status));
  bool typed = false;
  if (reply.headers != nullptr) {
    for (const auto& [name, value] : *reply.headers) {
      out.append(name).append(": ").append(value).append("\r\n");
      typed = typed || same_name(name, "content-type");
    }
  }
  for (const auto& [name, value] : reply.limits) out.append(name).append(": ").append(value).append("\r\n");
  if (!typed) out.append("content-type: ").append(reply.content_type).append("\r\n");
  if (!reply.request_id.empty()) out.append("x-request-id: ").append(reply.request_id).append("\r\n");
  if (!keep_alive) out += "connection: close\r\n";
  out += reply.chunked ? std::string("transfer-encoding: chunked\r\n\r\n")
                       : fmt::format("content-length: {}\r\n\r\n", body_size(reply));
  return out;
}

/// Builds a plan; bytes without a wait between them go out together.
class Writer {
 public:
  void wait(Duration time) {
    if (time <= Duration::zero()) return;
    flush();
    plan_.emplace_back(net::Wait{time});
  }
  void bytes(std::string_view more) { pending_ += more; }
  void body(std::string_view more, bool chunked) {
    if (more.empty()) return;
    if (chunked) pending_ += fmt::format("{:x}\r\n", more.size());
    pending_ += more;
    if (chunked) pending_ += "\r\n";
  }
  void step(const net::WireStep& step) {
    flush();
    plan_.push_back(step);
  }
  net::WirePlan take() {
    flush();
    return std::move(plan_);
  }

 private:
  void flush() {
    if (pending_.empty()) return;
    plan_.emplace_back(net::Send{std::move(pending_)});
    pending_.clear();
  }

  std::string pending_;
  net::WirePlan plan_;
};

}  // namespace

std::size_t body_size(const Reply& reply) {
  std::size_t size = 0;
  for (const Piece& piece : reply.pieces) size += piece.bytes.size();
  return size;
}

net::WirePlan plan(Reply reply, const Ending& ending) {
  Writer writer;
  // A whole answer shows nothing before it is complete; a stream shows its head at once.
  if (!reply.chunked && !reply.pieces.empty()) {
    writer.wait(reply.pieces.front().wait);
    reply.pieces.front().wait = Duration::zero();
  }
  writer.bytes(head(reply, ending.keep_alive));
  std::size_t left = ending.cut.value_or(body_size(reply));
  for (const Piece& piece : reply.pieces) {
    if (left == 0 && ending.cut) break;
    writer.wait(piece.wait);
    const std::string_view shown = std::string_view(piece.bytes).substr(0, left);
    writer.body(shown, reply.chunked);
    left -= shown.size();
  }
  if (reply.chunked && !ending.cut) writer.bytes("0\r\n\r\n");
  if (ending.end) {
    writer.wait(kBeforeCut);
    writer.step(*ending.end);
  } else if (!ending.keep_alive) {
    writer.step(net::Close{});
  }
  return writer.take();
}

Reply json_reply(int status, std::string body, std::string request_id) {
  Reply reply;
  reply.status = status;
  reply.request_id = std::move(request_id);
  reply.pieces.push_back({Duration::zero(), std::move(body)});
  return reply;
}

void trickle(Reply& reply, const TrickleFault& fault) {
  std::string all;
  for (const Piece& piece : reply.pieces) all += piece.bytes;
  const Duration first = reply.pieces.empty() ? Duration::zero() : reply.pieces.front().wait;
  const std::size_t step = std::max(fault.bytes, all.size() / kMaxTrickleSteps + 1);
  reply.pieces.clear();
  for (std::size_t at = 0; at < all.size(); at += step) {
    reply.pieces.push_back({at == 0 ? first : fault.every, all.substr(at, step)});
  }
}

}  // namespace assay::stub
