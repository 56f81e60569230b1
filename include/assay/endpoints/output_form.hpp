#pragma once
/// In which form an answer is asked for: by a JSON Schema where the endpoint knows it, else as text.

#include <assay/core/endpoint.hpp>

#include <functional>
#include <memory>
#include <string_view>

namespace assay::endpoints {

/// `automatic` asks with the schema, and for text from the first refusal on: HTTP 400, or 404 or 422 that names the
/// schema, where the same request is answered without it.
enum class OutputForm { automatic, json_schema, text };

/// An OpenAI endpoint with that form. A refusal and the request without what was refused are one attempt, whose
/// `Timings` are those of the answer; what is refused all the same is the error that it is. Logprobs that are refused
/// by name are dropped likewise, in every form. `learned` gets a sentence the first time that something was refused,
/// once for each. One loop only; not thread-safe.
[[nodiscard]] std::unique_ptr<Endpoint> with_output_form(std::unique_ptr<Endpoint> inner, OutputForm form,
                                                         std::function<void(std::string_view what)> learned = {});

}  // namespace assay::endpoints
