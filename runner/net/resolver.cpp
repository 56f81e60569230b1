#include "runner/net/resolver.hpp"

#include <boost/asio/ip/address.hpp>

#include <charconv>

namespace assay::net {

namespace {

using boost::system::error_code;

constexpr std::chrono::seconds kFresh{5};

}  // namespace

struct Resolver::Lookup {
  bool done = false;
  error_code ec;
  Endpoints endpoints;
  TimePoint at;
  std::vector<Timer*> waiters;

  [[nodiscard]] bool usable(TimePoint now) const { return !done || (!ec && now - at < kFresh); }
};

std::shared_ptr<Resolver::Lookup> Resolver::start(const std::string& host, const std::string& port) {
  auto lookup = std::make_shared<Lookup>();
  lookups_[host + ' ' + port] = lookup;
  resolver_.async_resolve(host, port, boost::asio::ip::resolver_base::numeric_service,
                          [lookup](const error_code& ec, const auto& results) {
                            lookup->done = true;
                            lookup->ec = ec;
                            lookup->at = SteadyClock::now();
                            for (const auto& entry : results) lookup->endpoints.push_back(entry.endpoint());
                            for (Timer* waiter : lookup->waiters) waiter->cancel();
                          });
  return lookup;
}

boost::asio::awaitable<error_code> Resolver::resolve(const std::string& host, const std::string& port,
                                                     Watch::Guard& guard, Endpoints& to) {
  error_code ec;
  const auto address = boost::asio::ip::make_address(host, ec);
  if (!ec) {
    std::uint16_t number = 0;
    std::from_chars(port.data(), port.data() + port.size(), number);
    to.assign(1, Tcp::endpoint(address, number));
    co_return error_code();
  }

  const auto known = lookups_.find(host + ' ' + port);
  std::shared_ptr<Lookup> lookup;
  if (known != lookups_.end() && known->second->usable(SteadyClock::now())) lookup = known->second;
  if (!lookup) lookup = start(host, port);
  if (!lookup->done) {
    Timer waiter(resolver_.get_executor(), TimePoint::max());
    lookup->waiters.push_back(&waiter);
    guard.timer = &waiter;
    co_await waiter.async_wait(kNoThrow);
    guard.timer = nullptr;
    std::erase(lookup->waiters, &waiter);
  }
  if (!lookup->done) co_return boost::asio::error::operation_aborted;
  to = lookup->endpoints;
  co_return lookup->ec;
}

}  // namespace assay::net
