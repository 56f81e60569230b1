#pragma once
/// Ed25519 by OpenSSL, with keys in PEM files: `openssl genpkey -algorithm ed25519 -out key.pem`.

#include <assay/core/error.hpp>

#include <filesystem>
#include <string>
#include <string_view>

namespace assay::app {

struct Signed {
  std::string keyid;  ///< SHA-256 of the public key's DER, in hex
  std::string signature;
};

/// Signs with a private key (PKCS#8, not encrypted). Errors: `invalid` for a file that holds no such key.
[[nodiscard]] Result<Signed> sign(const std::filesystem::path& private_key, std::string_view bytes);

/// True if the signature is that of the public key (SubjectPublicKeyInfo) over the bytes. Errors: `invalid` for a file
/// that holds no Ed25519 public key.
[[nodiscard]] Result<bool> verify_signature(const std::filesystem::path& public_key, std::string_view bytes,
                                            std::string_view signature);

}  // namespace assay::app
