#pragma once
/// `/v1/embeddings`: a vector of each text, made of its words alone.

#include <assay/core/error.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace assay::stub {

struct EmbeddingRequest {
  std::string model;  ///< empty: not named
  std::vector<std::string> inputs;
  std::uint32_t dimensions = 64;

  [[nodiscard]] std::uint64_t words() const;
};

/// Errors: `invalid`, worded for the client.
[[nodiscard]] Result<EmbeddingRequest> parse_embedding_request(std::string_view body);

/// A vector of length 1: the sum of a keyed draw for each word, whatever its case. The more words two texts share, the
/// nearer they are; texts without a common word are nearly at right angles.
[[nodiscard]] std::vector<double> embed(std::string_view text, std::uint32_t dimensions);

[[nodiscard]] std::string embeddings_body(const EmbeddingRequest& request, std::string_view model);

}  // namespace assay::stub
