#include "runner/net/pool.hpp"

namespace assay::net {

namespace {

/// A connection that rested longer than this is looked at before it is used.
constexpr std::chrono::milliseconds kTrusted{20};
constexpr int kPatience = 2;

}  // namespace

Pool::Origin* Pool::find(const Url& url) {
  for (Origin& origin : origins_) {
    if (origin.url.port == url.port && origin.url.tls == url.tls && origin.url.host == url.host) return &origin;
  }
  return nullptr;
}

std::unique_ptr<Connection> Pool::take(const Url& url, TimePoint now) {
  Origin* origin = find(url);
  if (origin == nullptr) return nullptr;
  while (!origin->idle.empty()) {
    auto connection = std::move(origin->idle.back());
    origin->idle.pop_back();
    connection->reused = true;
    const Duration age = now - connection->parked;
    if (age >= max_age_) {
      origin->idle.clear();
    } else if (age < kTrusted || connection->channel.quiet()) {
      return connection;
    }
  }
  return nullptr;
}

void Pool::put(const Url& url, std::unique_ptr<Connection> connection, TimePoint now) {
  Origin* origin = find(url);
  if (origin == nullptr) {
    origins_.push_back(Origin{.url = url, .idle = {}});
    origin = &origins_.back();
  }
  if (origin->broken_promises >= kPatience) return;
  auto& idle = origin->idle;
  auto fresh = idle.begin();
  while (fresh != idle.end() && now - (*fresh)->parked >= max_age_) ++fresh;
  idle.erase(idle.begin(), fresh);
  if (idle.size() >= limit_) return;
  connection->parked = now;
  connection->in.shrink();
  idle.push_back(std::move(connection));
}

void Pool::doubt(const Url& url) {
  Origin* origin = find(url);
  if (origin == nullptr) return;
  ++origin->broken_promises;
  origin->idle.clear();
}

}  // namespace assay::net
