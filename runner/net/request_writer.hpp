#pragma once
/// A request as bytes.

#include "runner/net/proxy.hpp"

#include <assay/core/http.hpp>

#include <string>

namespace assay::net {

/// Errors: `invalid` for a method, target or header that would break the message, or that the client itself sets.
[[nodiscard]] Result<void> check_request(const HttpRequest& request);

/// Replaces `out` by the request, head and body. `proxy`: it is sent to that one in plain text, with the absolute
/// address. `user_agent` may be empty.
void write_request(const HttpRequest& request, const std::string& user_agent, const Proxy* proxy, std::string& out);

}  // namespace assay::net
