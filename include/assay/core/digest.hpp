#pragma once
/// SHA-256, the identity of everything that is compared.

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace assay {

using DigestBytes = std::array<std::uint8_t, 32>;

/// Incremental SHA-256. Not thread-safe.
class Sha256 {
 public:
  Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;
  ~Sha256();

  void update(std::string_view bytes);
  /// The digest of all bytes so far; starts anew afterwards.
  [[nodiscard]] DigestBytes finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

[[nodiscard]] DigestBytes sha256(std::string_view bytes);

/// `sha256:` and 64 lower-case hex digits.
[[nodiscard]] std::string to_string(const DigestBytes& digest);

/// 64 lower-case hex digits.
[[nodiscard]] std::string to_hex(const DigestBytes& digest);

}  // namespace assay
