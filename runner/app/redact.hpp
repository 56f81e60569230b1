#pragma once
/// Removes secrets from an answer as it enters, so that judge, store and reports all see the same text.

#include <assay/core/endpoint.hpp>

#include <memory>
#include <string>
#include <vector>

namespace assay::app {

/// What is replaced by `[redacted]`: RE2 patterns, and secrets word for word. Thread-safe once made.
class Redactor {
 public:
  /// Patterns are valid RE2 (the configuration was checked). Secrets shorter than 4 bytes are not searched for.
  Redactor(const std::vector<std::string>& patterns, std::vector<std::string> secrets);
  ~Redactor();

  [[nodiscard]] bool empty() const;
  /// True if anything was replaced.
  bool apply(std::string& text) const;
  /// The raw body is dropped where the parsed answer held something to redact: a stream can split a secret over events.
  void apply(AttemptResult& result) const;

 private:
  struct Patterns;
  std::unique_ptr<Patterns> patterns_;
  std::vector<std::string> secrets_;
};

/// `inner` with every result redacted. Both references outlive the endpoint.
[[nodiscard]] std::unique_ptr<Endpoint> make_redacting(Endpoint& inner, const Redactor& redactor);

}  // namespace assay::app
