#pragma once
/// `api: http`: a whole application behind an address, mapped without code.

#include <assay/core/endpoint.hpp>
#include <assay/core/http.hpp>
#include <assay/text/json_path.hpp>
#include <assay/text/node.hpp>

#include <memory>
#include <optional>
#include <string>

namespace assay::endpoints {

/// Where an answer's parts stand in the reply's JSON.
struct ReplyPaths {
  text::JsonPath answer;                   ///< a text, or a value that is shown as JSON
  std::optional<text::JsonPath> contexts;  ///< a list of texts
  std::optional<text::JsonPath> input_tokens;
  std::optional<text::JsonPath> output_tokens;
  std::optional<text::JsonPath> model;  ///< what served it
};

struct HttpTargetOptions {
  std::string url;  ///< asked as it stands, with POST
  /// The request's JSON. Its texts are templates over `{{prompt}}` (the last user message), `{{system}}`,
  /// `{{messages}}` (`[{role, content}]`), `{{params}}` and `{{model}}`; exactly one `{{var}}` keeps its type.
  text::Node body;
  std::string model;
  std::string api_key;  ///< empty: no Authorization header
  HttpHeaders headers;
  ReplyPaths reply;
  Deadlines deadlines;
  std::size_t keep_raw = 1u << 20;
};

/// Errors: `invalid` for an address or a template that is none.
[[nodiscard]] Result<std::unique_ptr<Endpoint>> make_http_target(HttpClient& client, const HttpTargetOptions& options);

}  // namespace assay::endpoints
