#include "runner/net/exchange.hpp"

#include "runner/net/request_writer.hpp"

#include <cerrno>

namespace assay::net {

namespace {

using boost::asio::awaitable;
using State = ResponseParser::State;

/// How long, and over how many bytes, the end of an answer is waited for once the sink has all it wants.
constexpr std::chrono::milliseconds kDrainTime{200};
constexpr std::size_t kDrainBytes = 64 * 1024;

/// `start + value`, without overflow.
TimePoint after(TimePoint start, Duration value) {
  return value < TimePoint::max() - start ? start + value : TimePoint::max();
}

}  // namespace

ClientCore::ClientCore(Executor loop, ClientOptions settings, Proxies proxies, TlsContext tls)
    : options(std::move(settings)),
      watch(std::make_shared<Watch>(loop)),
      dialer(loop, std::move(proxies), std::move(tls), options.user_agent),
      pool(options.max_connections, options.keep_idle) {}

Exchange::Exchange(ClientCore& core, const HttpRequest& request, const Deadlines& deadlines, BodySink& sink)
    : core_(core), request_(request), deadlines_(deadlines), sink_(sink), guard_(*core.watch) {
  result_.started = SteadyClock::now();
  arrival_ = result_.started;
}

HttpResult Exchange::take_result() {
  if (!done_seen_) result_.ended = SteadyClock::now();
  return std::move(result_);
}

awaitable<void> Exchange::run() {
  if (core_.cancelled) {
    result_.error = stopped();
    co_return;
  }
  const auto good = check_request(request_);
  if (!good) {
    result_.error = good.error();
    co_return;
  }
  connection_ = core_.pool.take(request_.url, result_.started);
  if (connection_ == nullptr) co_await connect();
  if (!result_.error) co_await talk();
}

awaitable<void> Exchange::connect() {
  const TimePoint start = SteadyClock::now();
  due_ = Due{after(start, deadlines_.connect), Deadline::connect, deadlines_.connect};
  due_ =
      earlier(due_, Due{after(result_.started, deadlines_.first_token), Deadline::first_token, deadlines_.first_token});
  due_ = earlier(due_, Due{after(result_.started, deadlines_.total), Deadline::total, deadlines_.total});
  auto dialled = co_await core_.dialer.dial(request_.url, guard_, due_.at);
  if (dialled) {
    connection_ = std::move(*dialled);
    result_.connect = SteadyClock::now() - start;
    co_return;
  }
  result_.error = dialled.error();
  if (guard_.abort() == Watch::Abort::late) result_.error = late(due_);
  if (guard_.abort() == Watch::Abort::cancelled) result_.error = stopped();
}

awaitable<void> Exchange::talk() {
  const Url& url = request_.url;
  const Proxy* proxy = url.tls ? nullptr : core_.dialer.proxies().find(url);
  write_request(request_, core_.options.user_agent, proxy, connection_->out);
  connection_->parser.begin(*this, core_.options.max_body, request_.method == "HEAD");
  await_more();
  last_ = co_await write_all(*connection_, guard_, connection_->out);
  const bool written = last_.state == Io::done;
  auto state = State::more;
  // A server may refuse a request before it has read all of it: look for its answer even then.
  if (last_.state != Io::aborted) state = co_await receive();

  // Never sent again from here, not even where a kept connection closed before the first byte: the request may have
  // been read, and paid for.
  if (state == State::failed && !done_seen_) result_.error = connection_->parser.error();
  if (state == State::more && !done_seen_) fail(last_);
  if (state == State::complete && written) keep();
  connection_.reset();
}

/// Reads until the answer ends (complete), breaks the protocol (failed), or the connection gives up (more).
awaitable<State> Exchange::receive() {
  for (;;) {
    last_ = co_await read_some(*connection_, guard_);
    if (last_.state == Io::eof) {
      // Without a single byte it is the connection that ended, not an answer.
      if (!connection_->parser.started()) co_return State::more;
      co_return connection_->parser.finish();
    }
    if (last_.state != Io::done) co_return State::more;
    arrival_ = SteadyClock::now();
    const State state = feed();
    if (state != State::more) co_return state;
    if (done_seen_) {
      const bool clean = co_await drain();
      co_return clean ? State::complete : State::more;
    }
    await_more();
  }
}

/// The sink has all it wants; a short while for the rest, so that the connection can be kept.
awaitable<bool> Exchange::drain() {
  if (connection_->parser.until_eof()) co_return false;
  guard_.until(arrival_ + kDrainTime);
  std::size_t budget = kDrainBytes;
  for (;;) {
    const IoResult io = co_await read_some(*connection_, guard_);
    if (io.state != Io::done || io.n > budget) co_return false;
    budget -= io.n;
    const State state = feed();
    if (state != State::more) co_return state == State::complete;
  }
}

State Exchange::feed() {
  std::size_t used = 0;
  const State state = connection_->parser.feed(connection_->in.readable(), used);
  connection_->in.consume(used);
  return state;
}

void Exchange::await_more() {
  due_ = Due{after(result_.started, deadlines_.total), Deadline::total, deadlines_.total};
  if (content_seen_) {
    due_ = earlier(due_, Due{after(arrival_, deadlines_.idle), Deadline::idle, deadlines_.idle});
  } else {
    due_ = earlier(due_,
                   Due{after(result_.started, deadlines_.first_token), Deadline::first_token, deadlines_.first_token});
  }
  guard_.until(due_.at);
}

void Exchange::on_head(HttpHead head) {
  result_.head = std::move(head);
  sink_.on_head(result_.head);
}

void Exchange::on_body(std::string_view bytes) {
  if (done_seen_) return;
  const auto seen = sink_.on_body(bytes, arrival_);
  if (seen != BodySink::Seen::nothing) content_seen_ = true;
  if (seen == BodySink::Seen::done) {
    done_seen_ = true;
    result_.ended = arrival_;
  }
}

void Exchange::fail(const IoResult& io) {
  const bool head = connection_->parser.head_done();
  const bool hung_up = io.state == Io::eof || io.error == ECONNRESET || io.error == EPIPE;
  if (connection_->reused && !head && hung_up && guard_.abort() == Watch::Abort::none) core_.pool.doubt(request_.url);
  if (guard_.abort() == Watch::Abort::late) {
    result_.error = late(due_);
  } else if (guard_.abort() == Watch::Abort::cancelled || io.state == Io::aborted) {
    result_.error = stopped();
  } else if (io.state == Io::eof) {
    result_.error = no_answer();
  } else if (connection_->channel.tls() != nullptr && io.error == ECONNRESET && head) {
    result_.error = cut_short();
  } else {
    result_.error = broken(io.error, head);
  }
}

void Exchange::keep() {
  if (!connection_->parser.keep_alive() || !connection_->in.empty() || core_.cancelled) return;
  core_.pool.put(request_.url, std::move(connection_), SteadyClock::now());
}

}  // namespace assay::net
