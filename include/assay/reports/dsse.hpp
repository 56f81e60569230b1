#pragma once
/// DSSE 1.0: the envelope that a signed statement travels in, and the bytes that are signed.
/// github.com/secure-systems-lab/dsse, protocol.md and envelope.md.

#include <assay/core/json.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace assay::reports {

/// The pre-authentication encoding: `DSSEv1 SP len(type) SP type SP len(body) SP body`, lengths in bytes.
[[nodiscard]] std::string pae(std::string_view type, std::string_view body);

/// RFC 4648, with padding.
[[nodiscard]] std::string base64(std::string_view bytes);

/// The bytes of base64 in the standard or the URL-safe alphabet, padded; nothing for any other text.
[[nodiscard]] std::optional<std::string> from_base64(std::string_view text);

struct Signature {
  std::string keyid;  ///< says which key to try, and proves nothing
  std::string bytes;
};

struct Envelope {
  std::string type;     ///< of the payload
  std::string payload;  ///< as signed, decoded
  std::vector<Signature> signatures;
};

[[nodiscard]] OrderedJson envelope_json(const Envelope& envelope);

/// Errors: `invalid` for what is no envelope: a key that is missing or of another type, text that is no base64, no
/// signature.
[[nodiscard]] Result<Envelope> envelope_from_json(const Json& json);

}  // namespace assay::reports
