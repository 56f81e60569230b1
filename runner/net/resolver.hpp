#pragma once
/// Host names to addresses: many callers, one lookup.

#include "runner/net/watch.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/basic_resolver.hpp>

#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace assay::net {

/// Answers are kept for a few seconds, so that a burst of new connections asks once. The lookup itself runs on Asio's
/// resolver thread and cannot be interrupted; waiting for it can.
class Resolver {
 public:
  using Endpoints = std::vector<Tcp::endpoint>;

  explicit Resolver(Executor loop) : resolver_(loop) {}

  /// Fills `to`, never with nothing unless an error is returned. `port` is digits. The references outlive it.
  boost::asio::awaitable<boost::system::error_code> resolve(const std::string& host, const std::string& port,
                                                            Watch::Guard& guard, Endpoints& to);

 private:
  struct Lookup;

  std::shared_ptr<Lookup> start(const std::string& host, const std::string& port);

  boost::asio::ip::basic_resolver<Tcp, Executor> resolver_;
  std::unordered_map<std::string, std::shared_ptr<Lookup>> lookups_;
};

}  // namespace assay::net
