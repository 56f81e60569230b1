#include "runner/app/signing.hpp"

#include <assay/core/digest.hpp>
#include <assay/text/file.hpp>

#include <fmt/format.h>
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <memory>

namespace assay::app {

namespace {

constexpr std::size_t kMostKey = 64 * 1024;

struct FreeKey {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
struct FreeBio {
  void operator()(BIO* bio) const { BIO_free(bio); }
};
struct FreeContext {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};
using Key = std::unique_ptr<EVP_PKEY, FreeKey>;
using Bio = std::unique_ptr<BIO, FreeBio>;
using Context = std::unique_ptr<EVP_MD_CTX, FreeContext>;

// Without it OpenSSL would ask for a password at the terminal.
int no_password(char* /*buffer*/, int /*size*/, int /*writing*/, void* /*data*/) {
  return -1;
}

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());  // NOLINT: OpenSSL's bytes
}

Error no_key(const std::filesystem::path& file, bool secret) {
  return {ErrorKind::invalid,
          fmt::format("{} holds no Ed25519 {} key", file.string(), secret ? "private" : "public"),
          secret ? "make one with: openssl genpkey -algorithm ed25519 -out key.pem (encrypted keys are not read)"
                 : "take it out of the private one with: openssl pkey -in key.pem -pubout -out pub.pem",
          {}};
}

Result<Key> read_key(const std::filesystem::path& file, bool secret) {
  const auto pem = text::read_bytes(file, kMostKey);
  if (!pem) return pem.error();
  const Bio bio(BIO_new_mem_buf(pem->data(), static_cast<int>(pem->size())));
  Key key;
  if (bio != nullptr) {
    key.reset(secret ? PEM_read_bio_PrivateKey(bio.get(), nullptr, no_password, nullptr)
                     : PEM_read_bio_PUBKEY(bio.get(), nullptr, no_password, nullptr));
  }
  if (key == nullptr || EVP_PKEY_get_base_id(key.get()) != EVP_PKEY_ED25519) return no_key(file, secret);
  return key;
}

std::string keyid_of(EVP_PKEY* key) {
  unsigned char* der = nullptr;
  const int size = i2d_PUBKEY(key, &der);
  if (size <= 0) return {};
  auto id = to_hex(sha256({reinterpret_cast<const char*>(der), static_cast<std::size_t>(size)}));  // NOLINT
  OPENSSL_free(der);
  return id;
}

}  // namespace

Result<Signed> sign(const std::filesystem::path& private_key, std::string_view bytes) {
  const auto key = read_key(private_key, true);
  if (!key) return key.error();
  const Context context(EVP_MD_CTX_new());
  std::string signature(64, '\0');
  std::size_t size = signature.size();
  auto* into = reinterpret_cast<unsigned char*>(signature.data());  // NOLINT
  if (context == nullptr || EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key->get()) != 1 ||
      EVP_DigestSign(context.get(), into, &size, bytes_of(bytes), bytes.size()) != 1) {
    return Error{ErrorKind::internal, "OpenSSL could not sign", "see whether its providers offer Ed25519", {}};
  }
  signature.resize(size);
  return Signed{keyid_of(key->get()), std::move(signature)};
}

Result<bool> verify_signature(const std::filesystem::path& public_key, std::string_view bytes,
                              std::string_view signature) {
  const auto key = read_key(public_key, false);
  if (!key) return key.error();
  const Context context(EVP_MD_CTX_new());
  if (context == nullptr || EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key->get()) != 1) {
    return Error{
        ErrorKind::internal, "OpenSSL could not check a signature", "see whether its providers offer Ed25519", {}};
  }
  return EVP_DigestVerify(context.get(), bytes_of(signature), signature.size(), bytes_of(bytes), bytes.size()) == 1;
}

}  // namespace assay::app
