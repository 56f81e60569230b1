#pragma once
/// The `openai-chat` protocol over the HTTP port. The only place that knows OpenAI's wire names.

#include <assay/core/endpoint.hpp>
#include <assay/core/http.hpp>

#include <functional>
#include <memory>
#include <string>

namespace assay::endpoints {

struct OpenAiChatOptions {
  std::string base_url;  ///< `https://host/v1`; `/chat/completions` is added
  std::string model;
  std::string api_key;  ///< empty: no Authorization header
  HttpHeaders headers;
  bool stream = true;
  Deadlines deadlines;
  std::size_t keep_raw = 1u << 20;  ///< bytes of the body kept in Response::raw
};

/// Errors: `invalid` for a base URL that is none. `client` outlives the endpoint.
[[nodiscard]] Result<std::unique_ptr<Endpoint>> make_openai_chat(HttpClient& client, const OpenAiChatOptions& options);

}  // namespace assay::endpoints
