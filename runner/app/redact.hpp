#pragma once
/// Removes secrets from an answer as it enters, so that judge, store and reports all see the same text.

#include <assay/core/endpoint.hpp>
#include <assay/core/json.hpp>

#include <memory>
#include <string>
#include <vector>

namespace assay::app {

/// What a reply is: a pattern that means words must not cut a number in two that is read.
enum class ReplyForm {
  words,
  json  ///< of embeddings, or of a check's program: where it is JSON, patterns are searched for in its texts only
};

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
  void apply(AttemptResult& result, ReplyForm form = ReplyForm::words) const;

 private:
  bool apply_patterns(std::string& text) const;
  bool apply_patterns(Json& value) const;
  bool apply_secrets(std::string& text) const;
  bool apply_to_json(std::string& text) const;
  [[nodiscard]] bool spells_secret(const Logprobs& logprobs) const;

  struct Patterns;
  std::unique_ptr<Patterns> patterns_;
  std::vector<std::string> secrets_;
};

/// `inner` with every result redacted. Both references outlive the endpoint.
[[nodiscard]] std::unique_ptr<Endpoint> make_redacting(Endpoint& inner, const Redactor& redactor,
                                                       ReplyForm form = ReplyForm::words);

}  // namespace assay::app
