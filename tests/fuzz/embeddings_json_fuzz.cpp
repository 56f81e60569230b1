// Any bytes as an answer to an embeddings request: one vector of numbers for each text, all of one length, or an error.

#include "runner/endpoints/protocols/openai_embeddings.hpp"
#include "tests/fuzz/fuzz.hpp"

#include <assay/core/json.hpp>
#include <assay/text/utf8.hpp>

#include <algorithm>
#include <variant>

namespace {

using namespace assay;

bool is_matrix(const Json& rows, std::size_t count) {
  return rows.is_array() && rows.size() == count && std::all_of(rows.begin(), rows.end(), [&](const Json& row) {
           return row.is_array() && !row.empty() && row.size() == rows[0].size() &&
                  std::all_of(row.begin(), row.end(), [](const Json& number) { return number.is_number(); });
         });
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::size_t inputs = 1 + data[0] % 4;
  const endpoints::ChatPeer peer{.model = "model", .secrets = {"sk-secret-key"}};
  const auto answer = endpoints::read_embeddings(fuzz::text_of(data, size).substr(1), inputs, peer);
  if (const auto* error = std::get_if<Error>(&answer)) {
    fuzz::require(!error->message.empty() && !text::find_invalid_utf8(error->message));
    fuzz::require(error->message.find("sk-secret-key") == std::string::npos);
    return 0;
  }
  const auto text = text_of(std::get<Response>(answer).message);
  const auto vectors = Json::parse(text, nullptr, false);
  // A number beyond the range of double is one all the same, which the parser refuses.
  fuzz::require(vectors.is_discarded() ? text.find_first_of("eE0123456789") != std::string::npos
                                       : is_matrix(vectors, inputs));
  return 0;
}
