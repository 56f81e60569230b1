#pragma once
/// The OpenAI embeddings protocol over the HTTP port.

#include <assay/endpoints/openai_chat.hpp>

#include <memory>

namespace assay::endpoints {

/// Every message of a request is a text to embed. The answer's text is a JSON array of arrays of numbers, one for each
/// message, in their order. `stream` does not matter. Errors: `invalid` for a base URL that is none.
[[nodiscard]] Result<std::unique_ptr<Endpoint>> make_openai_embeddings(HttpClient& client,
                                                                       const OpenAiChatOptions& options);

}  // namespace assay::endpoints
