#pragma once
/// HTTP on the wire: an answer in pieces, the time between them, and how it ends.

#include "runner/stub/script.hpp"

#include <assay/net/server.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace assay::stub {

/// Bytes of a body, sent after `wait`.
struct Piece {
  Duration wait{};
  std::string bytes;
};

struct Reply {
  int status = 200;
  std::string content_type = "application/json";
  std::string request_id;
  const Headers* headers = nullptr;
  Headers limits;        ///< what is left of the capacity
  bool chunked = false;  ///< else with its length
  std::vector<Piece> pieces;
};

/// What becomes of a reply on its way.
struct Ending {
  std::optional<std::size_t> cut;  ///< bytes of the body that are sent; the length that was announced stays
  std::optional<net::WireStep> end;
  bool keep_alive = true;
};

[[nodiscard]] std::size_t body_size(const Reply& reply);

[[nodiscard]] net::WirePlan plan(Reply reply, const Ending& ending);

/// A whole JSON body, at once.
[[nodiscard]] Reply json_reply(int status, std::string body, std::string request_id);

/// Splits the body anew: `bytes` at a time, `every` apart.
void trickle(Reply& reply, const TrickleFault& fault);

}  // namespace assay::stub
