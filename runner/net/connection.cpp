#include "runner/net/connection.hpp"

namespace assay::net {

namespace {

using boost::asio::awaitable;

constexpr IoResult kAborted{Io::aborted};

bool wants(const IoResult& io) {
  return io.state == Io::want_read || io.state == Io::want_write;
}

/// False if the wait was interrupted.
awaitable<bool> wait_for(Connection& connection, Watch::Guard& guard, Socket::wait_type what) {
  if (guard.abort() != Watch::Abort::none) co_return false;
  guard.socket = &connection.channel.socket();
  auto [ec] = co_await connection.channel.socket().async_wait(what, kNoThrow);
  guard.socket = nullptr;
  co_return !ec && guard.abort() == Watch::Abort::none;
}

}  // namespace

awaitable<IoResult> read_some(Connection& connection, Watch::Guard& guard) {
  Channel& channel = connection.channel;
  connection.in.prepare(4096);
  IoResult io{Io::want_read};
  // Waiting first saves a read in vain: the answer is hardly ever there yet.
  if (channel.may_hold_data() || channel.tls() != nullptr)
    io = channel.read(connection.in.tail(), connection.in.free());
  while (wants(io)) {
    const bool ready = co_await wait_for(connection, guard, readiness(io));
    if (!ready) co_return kAborted;
    io = channel.read(connection.in.tail(), connection.in.free());
  }
  if (io.state == Io::done) connection.in.commit(io.n);
  co_return io;
}

awaitable<IoResult> write_all(Connection& connection, Watch::Guard& guard, std::string_view bytes) {
  while (!bytes.empty()) {
    const IoResult io = connection.channel.write(bytes);
    if (io.state == Io::done) {
      bytes.remove_prefix(io.n);
      continue;
    }
    if (!wants(io)) co_return io;
    const bool ready = co_await wait_for(connection, guard, readiness(io));
    if (!ready) co_return kAborted;
  }
  co_return IoResult(Io::done);
}

awaitable<IoResult> handshake(Connection& connection, Watch::Guard& guard) {
  for (;;) {
    const IoResult io = connection.channel.tls()->handshake();
    if (!wants(io)) co_return io;
    const bool ready = co_await wait_for(connection, guard, readiness(io));
    if (!ready) co_return kAborted;
  }
}

}  // namespace assay::net
