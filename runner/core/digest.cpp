#include <assay/core/digest.hpp>

#include <openssl/evp.h>

#include <stdexcept>

namespace assay {

namespace {

// Fetched once: a fetch per digest costs more than the digest (OpenSSL 3).
const EVP_MD* algorithm() {
  static EVP_MD* const fetched = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  if (fetched == nullptr) throw std::runtime_error("OpenSSL offers no SHA-256");
  return fetched;
}

}  // namespace

struct Sha256::State {
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  State() { restart(); }
  ~State() { EVP_MD_CTX_free(context); }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  void restart() const {
    if (context == nullptr || EVP_DigestInit_ex2(context, algorithm(), nullptr) != 1) {
      throw std::runtime_error("OpenSSL cannot start a SHA-256");
    }
  }
};

Sha256::Sha256() : state_(std::make_unique<State>()) {}
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;
Sha256::~Sha256() = default;

void Sha256::update(std::string_view bytes) {
  EVP_DigestUpdate(state_->context, bytes.data(), bytes.size());
}

DigestBytes Sha256::finish() {
  DigestBytes digest{};
  unsigned int size = 0;
  EVP_DigestFinal_ex(state_->context, digest.data(), &size);
  state_->restart();
  return digest;
}

DigestBytes sha256(std::string_view bytes) {
  thread_local Sha256 hash;  // the context is what costs
  hash.update(bytes);
  return hash.finish();
}

std::string to_hex(const DigestBytes& digest) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string text(2 * digest.size(), '0');
  for (std::size_t i = 0; i < digest.size(); ++i) {
    text[2 * i] = kHex[digest[i] >> 4U];
    text[2 * i + 1] = kHex[digest[i] & 0xFU];
  }
  return text;
}

std::string to_string(const DigestBytes& digest) {
  return "sha256:" + to_hex(digest);
}

}  // namespace assay
