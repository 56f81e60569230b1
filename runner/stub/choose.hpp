#pragma once
/// Which rule answers a request, and with what text. Pure: a function of script, request and key.

#include "runner/stub/chat_request.hpp"
#include "runner/stub/script.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace assay::stub {

/// A request as the rules see it. A view.
struct Asked {
  const ChatRequest& request;
  Texts& texts;
  std::string_view model;
  std::string_view case_id;
  std::uint32_t seen = 0;       ///< how often the same request came before
  std::uint64_t key = 0;        ///< of (seed, request, seen): every draw is made from it
  std::uint64_t first_key = 0;  ///< as `key`, of the first time: for rules with `times`
};

struct Choice {
  const Rule* rule = nullptr;
  std::uint64_t key = 0;               ///< of (request's key, rule)
  std::vector<std::string> groups;     ///< of the rule's regex; [0] is the whole match
  const std::string* found = nullptr;  ///< the table's answer
};

/// What a draw is for.
enum class Draw : std::uint64_t { rule = 1, probability, answer, wait, slow, id };

[[nodiscard]] std::uint64_t draw_key(std::uint64_t key, Draw purpose);

/// The first rule whose conditions hold and whose draw says so; nothing if there is none.
[[nodiscard]] std::optional<Choice> choose(const Script& script, const Asked& asked);

/// The chosen rule's text, rendered. Empty for tool calls and refusals without one.
[[nodiscard]] std::string answer_text(const Choice& choice, const Asked& asked);

/// True for what an answer's template may name.
[[nodiscard]] bool is_answer_variable(std::string_view name);

}  // namespace assay::stub
