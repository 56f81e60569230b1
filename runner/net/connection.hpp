#pragma once
/// A connection of the client, and how its coroutines wait for it.

#include "runner/net/buffer.hpp"
#include "runner/net/channel.hpp"
#include "runner/net/response_parser.hpp"
#include "runner/net/watch.hpp"

#include <boost/asio/awaitable.hpp>

#include <string>
#include <string_view>

namespace assay::net {

struct Connection {
  explicit Connection(Executor loop) : channel(loop) {}

  Channel channel;
  Buffer in;
  std::string out;
  ResponseParser parser;
  TimePoint parked;     ///< since when it waits in the pool
  bool reused = false;  ///< it came from there
};

/// Reads something into `connection.in`. The guard's deadline ends it with `Io::aborted`. The references outlive it.
boost::asio::awaitable<IoResult> read_some(Connection& connection, Watch::Guard& guard);

/// Writes all of `bytes`. As above.
boost::asio::awaitable<IoResult> write_all(Connection& connection, Watch::Guard& guard, std::string_view bytes);

/// Performs the TLS handshake of `connection.channel`. As above.
boost::asio::awaitable<IoResult> handshake(Connection& connection, Watch::Guard& guard);

}  // namespace assay::net
