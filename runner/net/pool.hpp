#pragma once
/// Connections kept alive between requests, last in, first out.

#include "runner/net/connection.hpp"

#include <cstddef>
#include <memory>
#include <vector>

namespace assay::net {

/// Keeps at most `limit` connections for each origin, each for at most `max_age` of idleness.
class Pool {
 public:
  Pool(std::size_t limit, Duration max_age) : limit_(limit), max_age_(max_age) {}

  /// A connection to `url`'s origin that still looks good; nullptr if there is none.
  [[nodiscard]] std::unique_ptr<Connection> take(const Url& url, TimePoint now);
  void put(const Url& url, std::unique_ptr<Connection> connection, TimePoint now);
  /// A connection from here was closed without an answer: those that rest go, and where it happens again, none is kept
  /// of this origin. Some servers hang up after an answer that promised to go on.
  void doubt(const Url& url);
  void clear() { origins_.clear(); }

 private:
  struct Origin {
    Url url;
    std::vector<std::unique_ptr<Connection>> idle;  ///< oldest first
    int broken_promises = 0;
  };

  Origin* find(const Url& url);

  std::size_t limit_;
  Duration max_age_;
  std::vector<Origin> origins_;
};

}  // namespace assay::net
