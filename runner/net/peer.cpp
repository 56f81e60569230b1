#include "runner/net/peer.hpp"

#include <fmt/format.h>

#include <utility>

namespace assay::net {

namespace {

constexpr boost::asio::as_tuple_t<boost::asio::use_awaitable_t<Executor>> kToken{
    boost::asio::use_awaitable_t<Executor>()};

/// How long a peer may take to see the end of an answer before its connection is closed.
constexpr std::chrono::seconds kLinger{2};

bool wants(const IoResult& io) {
  return io.state == Io::want_read || io.state == Io::want_write;
}

std::string_view phrase(int status) {
  switch (status) {
    case 413:
      return "Content Too Large";
    case 431:
      return "Request Header Fields Too Large";
    case 501:
      return "Not Implemented";
    case 505:
      return "HTTP Version Not Supported";
    default:
      return "Bad Request";
  }
}

}  // namespace

Peer::Peer(std::shared_ptr<ServerCore> core, Socket socket)
    : core_(std::move(core)),
      channel_(std::move(socket)),
      timer_(core_->loop),
      scanner_(core_->max_body),
      next_(core_->first) {
  if (next_ != nullptr) next_->previous_ = this;
  core_->first = this;
}

Peer::~Peer() {
  if (next_ != nullptr) next_->previous_ = previous_;
  if (previous_ != nullptr) {
    previous_->next_ = next_;
  } else {
    core_->first = next_;
  }
}

void Peer::stop() {
  stopped_ = true;
  channel_.close();
  timer_.cancel();
}

Peer::Task<void> Peer::run() {
  channel_.prepare();
  if (core_->tls) {
    const bool safe = co_await handshake();
    if (!safe) co_return;
  }
  while (!stopped_) {
    const auto state = scanner_.scan(in_.readable());
    if (state == RequestScanner::State::more) {
      if (scanner_.expects_continue() && !continued_) {
        continued_ = true;
        const bool sent = co_await write("HTTP/1.1 100 Continue\r\n\r\n");
        if (!sent) co_return;
      }
      const bool more = co_await read();
      if (!more) co_return;
      continue;
    }
    if (state == RequestScanner::State::bad) {
      co_await refuse();
      co_return;
    }
    WirePlan plan = answer();
    const bool keep = scanner_.keep_alive();
    in_.consume(scanner_.size());
    in_.shrink();
    scanner_.reset();
    continued_ = false;
    const Then then = co_await play(std::move(plan));
    if (then == Then::gone) co_return;
    if (!keep) {
      co_await linger();
      co_return;
    }
  }
}

WirePlan Peer::answer() {
  ServerRequest request;
  request.method = scanner_.method();
  request.target = scanner_.target();
  request.body = scanner_.body();
  request.keep_alive = scanner_.keep_alive();
  request.header = [this](std::string_view name) { return scanner_.header(name); };
  return core_->handler(request);
}

Peer::Task<bool> Peer::ready(Socket::wait_type what) {
  auto [ec] = co_await channel_.socket().async_wait(what, kToken);
  co_return !ec && !stopped_;
}

Peer::Task<bool> Peer::handshake() {
  channel_.secure(core_->tls->accept(channel_.socket().native_handle()));
  for (;;) {
    const IoResult io = channel_.tls()->handshake();
    if (!wants(io)) co_return io.state == Io::done;
    const bool on = co_await ready(readiness(io));
    if (!on) co_return false;
  }
}

/// Reads something into the buffer; false once the peer is gone.
Peer::Task<bool> Peer::read() {
  in_.prepare(2048);
  IoResult io{Io::want_read};
  // Waiting first saves a read in vain: the next request is hardly ever there yet.
  if (channel_.may_hold_data() || channel_.tls() != nullptr) io = channel_.read(in_.tail(), in_.free());
  while (wants(io)) {
    const bool on = co_await ready(readiness(io));
    if (!on) co_return false;
    io = channel_.read(in_.tail(), in_.free());
  }
  if (io.state == Io::done) in_.commit(io.n);
  co_return io.state == Io::done;
}

Peer::Task<bool> Peer::write(std::string_view bytes) {
  while (!bytes.empty() && !stopped_) {
    const IoResult io = channel_.write(bytes);
    if (io.state == Io::done) {
      bytes.remove_prefix(io.n);
      sent_ += io.n;
      continue;
    }
    if (!wants(io)) co_return false;
    const bool on = co_await ready(readiness(io));
    if (!on) co_return false;
  }
  co_return !stopped_;
}

std::weak_ptr<Peer*> Peer::handle() {
  if (!self_) self_ = std::make_shared<Peer*>(this);
  return self_;
}

/// Ends the wait under way once the peer leaves. A pipelined request ends the watch; `play` looks again before it
/// sends.
void Peer::watch() {
  channel_.socket().async_wait(Socket::wait_read, [weak = handle()](const boost::system::error_code& ec) {
    const auto peer = weak.lock();
    if (ec || !peer || !(*peer)->channel_.peer_left()) return;
    (*peer)->left_ = true;
    (*peer)->timer_.cancel();
  });
}

/// Until the timer, which is set, expires or is cancelled.
Peer::Task<void> Peer::pause() {
  if (told_ != nullptr) watch();
  co_await timer_.async_wait(kToken);
  boost::system::error_code ignored;
  if (told_ != nullptr && !stopped_) channel_.socket().cancel(ignored);
}

Peer::Task<bool> Peer::wait(Duration time) {
  timer_.expires_after(time);
  co_await pause();
  co_return !stopped_ && !left_;
}

Peer::Task<bool> Peer::turn(const Turn& turn) {
  timer_.expires_at(Timer::time_point::max());
  started_ = false;
  turn.enter([weak = handle()] {
    const auto peer = weak.lock();
    if (!peer) return;
    (*peer)->started_ = true;
    (*peer)->timer_.cancel();
  });
  if (!started_) co_await pause();
  co_return !stopped_ && !left_;
}

Peer::Then Peer::tell(PlanEnd end) {
  if (const Tell* told = std::exchange(told_, nullptr)) told->ended(end, sent_);
  return Then::gone;
}

Peer::Then Peer::broken() {
  return tell(stopped_ ? PlanEnd::stopped : PlanEnd::peer_left);
}

Peer::Task<Peer::Then> Peer::play(WirePlan plan) {
  sent_ = 0;
  left_ = false;
  for (const WireStep& step : plan) {
    bool on = true;
    if (const auto* bytes = std::get_if<Send>(&step)) {
      // A first write to a peer that left succeeds; only a look tells.
      on = told_ == nullptr || !channel_.peer_left();
      if (on) on = co_await write(bytes->bytes);
    } else if (const auto* time = std::get_if<Wait>(&step)) {
      on = co_await wait(time->time);
    } else if (const auto* told = std::get_if<Tell>(&step)) {
      told_ = told;
    } else if (const auto* queue = std::get_if<Turn>(&step)) {
      on = co_await turn(*queue);
    } else if (std::holds_alternative<Reset>(step)) {
      tell(PlanEnd::finished);
      channel_.reset();
      co_return Then::gone;
    } else if (std::holds_alternative<Close>(step)) {
      tell(PlanEnd::finished);
      co_await linger();
      co_return Then::gone;
    } else {
      tell(PlanEnd::stalled);
      co_await stall();
      co_return Then::gone;
    }
    if (!on || stopped_) co_return broken();
  }
  tell(PlanEnd::finished);
  co_return Then::next_request;
}

Peer::Task<void> Peer::stall() {
  bool there = true;
  while (there) {
    in_.clear();
    there = co_await read();
  }
}

/// Closes without losing what was sent: bytes that nobody read would turn the FIN into RST.
Peer::Task<void> Peer::linger() {
  channel_.finish();
  timer_.expires_after(kLinger);
  timer_.async_wait([weak = handle()](const boost::system::error_code& ec) {
    const auto peer = weak.lock();
    if (!ec && peer) (*peer)->channel_.close();
  });
  co_await stall();
  timer_.cancel();
}

Peer::Task<void> Peer::refuse() {
  const std::string text =
      fmt::format("HTTP/1.1 {} {}\r\nContent-Type: text/plain\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{}",
                  scanner_.status(), phrase(scanner_.status()), scanner_.reason().size() + 1, scanner_.reason());
  const std::string whole = text + "\n";
  const bool sent = co_await write(whole);
  if (sent) co_await linger();
}

}  // namespace assay::net
