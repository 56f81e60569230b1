#include "runner/stub/embeddings.hpp"

#include "runner/stub/json_scan.hpp"

#include <assay/core/json.hpp>
#include <assay/core/random.hpp>
#include <assay/text/utf8.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace assay::stub {

namespace {

constexpr std::uint32_t kMostDimensions = 4096;
constexpr std::uint64_t kKey = 0x656d626564;

Error bad(std::string message) {
  return {.kind = ErrorKind::invalid, .message = std::move(message)};
}

bool is_word(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         static_cast<unsigned char>(c) >= 0x80;
}

std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> words;
  for (std::size_t at = 0; at < text.size();) {
    const auto from = at;
    while (at < text.size() && is_word(text[at])) ++at;
    if (at > from) words.push_back(text.substr(from, at - from));
    if (at < text.size()) ++at;
  }
  return words;
}

}  // namespace

std::uint64_t EmbeddingRequest::words() const {
  std::uint64_t all = 0;
  for (const auto& input : inputs) all += words_of(input).size();
  return all;
}

Result<EmbeddingRequest> parse_embedding_request(std::string_view body) {
  const auto json = parse_json(body);
  if (!json || !json->is_object()) return bad("the request is not a JSON object");
  EmbeddingRequest request;
  if (json->contains("model") && (*json)["model"].is_string()) request.model = (*json)["model"].get<std::string>();
  const Json input = json->value("input", Json());
  if (input.is_string()) request.inputs.push_back(input.get<std::string>());
  if (input.is_array()) {
    for (const auto& item : input) {
      if (!item.is_string()) return bad("'input' must be a text or a list of texts");
      request.inputs.push_back(item.get<std::string>());
    }
  }
  if (request.inputs.empty()) return bad("'input' is missing, empty, or neither a text nor a list of texts");
  if (json->contains("dimensions")) {
    const auto& given = (*json)["dimensions"];
    if (!given.is_number_unsigned() || given > kMostDimensions || given == 0U) {
      return bad(fmt::format("'dimensions' must be a whole number from 1 to {}", kMostDimensions));
    }
    request.dimensions = given.get<std::uint32_t>();
  }
  return request;
}

std::vector<double> embed(std::string_view text, std::uint32_t dimensions) {
  std::vector<double> sum(dimensions, 0.0);
  const auto folded = text::fold_case(text);
  for (const auto word : words_of(folded)) {
    const auto key = mix(kKey, word);
    for (std::uint32_t i = 0; i < dimensions; ++i) sum[i] += 2 * uniform(mix(key, std::uint64_t{i})) - 1;
  }
  double square = 0;
  for (const double x : sum) square += x * x;
  if (square == 0) {
    sum[0] = 1;
    return sum;
  }
  for (double& x : sum) x /= std::sqrt(square);
  return sum;
}

std::string embeddings_body(const EmbeddingRequest& request, std::string_view model) {
  std::string out = R"({"object":"list","data":[)";
  for (std::size_t i = 0; i < request.inputs.size(); ++i) {
    const auto vector = embed(request.inputs[i], request.dimensions);
    out += fmt::format(R"({}{{"object":"embedding","index":{},"embedding":[{:.8f}]}})", i > 0 ? "," : "", i,
                       fmt::join(vector, ","));
  }
  out += R"(],"model":)";
  append_quoted(out, model);
  return out + fmt::format(R"(,"usage":{{"prompt_tokens":{0},"total_tokens":{0}}}}})", request.words());
}

}  // namespace assay::stub
