// What `assay verify` reads was written by anybody: an envelope, base64, a statement, a verdict.

#include "tests/fuzz/fuzz.hpp"

#include <assay/core/verdict.hpp>
#include <assay/reports/dsse.hpp>

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = assay::fuzz::text_of(data, size);
  if (const auto bytes = assay::reports::from_base64(text)) {
    // Both alphabets and loose bits at the end are read, so the text may differ; the bytes may not.
    assay::fuzz::require(assay::reports::from_base64(assay::reports::base64(*bytes)) == *bytes);
  }
  const auto json = assay::parse_json(text);
  if (!json) return 0;
  if (const auto envelope = assay::reports::envelope_from_json(*json)) {
    const auto again = assay::reports::envelope_from_json(assay::Json(assay::reports::envelope_json(*envelope)));
    assay::fuzz::require(!envelope->signatures.empty());
    assay::fuzz::require(again && again->payload == envelope->payload && again->type == envelope->type);
  }
  if (const auto verdict = assay::verdict_from_json(*json)) (void)assay::verdict_json(*verdict);
  return 0;
}
