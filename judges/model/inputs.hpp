#pragma once
/// What the checks of retrieval, and `pairwise`, read beside the answer: the question, the contexts, the reference.

#include "judges/options.hpp"

#include <assay/core/check.hpp>
#include <assay/judges/checks.hpp>

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace assay::judges {

using Passages = std::vector<std::string>;

/// More than this is not judged: the score would hang on what a judge overlooks.
inline constexpr std::size_t kMostPassages = 100;
inline constexpr std::size_t kMostBytes = 1u << 20;  ///< of the contexts together; of any other text

enum class Need { none, may, must };

/// Which texts a check takes as options, and which it cannot do without.
struct Needs {
  Need question = Need::none;
  Need contexts = Need::none;
  Need reference = Need::none;
};

/// The texts of one sample; "" or none where the check has no need of them and nobody gave them.
struct Inputs {
  std::string question;
  Passages contexts;
  std::string reference;
};

/// Where a check finds its texts. Const and thread-safe.
///
/// `question`: the option, else the var `question`, else the last user message. `contexts`: the option, else the
/// `Contexts` of the target's last answer, else the var `contexts`; a list of texts, or one text. `reference`: the
/// option, else the var.
class InputSources {
 public:
  /// Reads the options; reports what cannot be used.
  [[nodiscard]] static InputSources read(OptionReader& reader, const text::Node& options, Needs needs,
                                         const CompileEnv& env);

  /// Errors: a missing variable, a reference that is empty, contexts that are no texts, or that nobody will give.
  [[nodiscard]] Result<void> verify(const Scope& scope) const;

  /// Unscored where a needed text is empty or too long, an error where an option cannot be rendered.
  [[nodiscard]] std::variant<Inputs, Score> of(const CheckContext& context) const;

 private:
  [[nodiscard]] std::optional<Score> read_contexts(const CheckContext& context, Inputs& into) const;
  [[nodiscard]] std::optional<Score> read_question(const CheckContext& context, Inputs& into) const;

  Needs needs_;
  bool given_by_target_ = true;
  std::optional<Templated<std::string>> question_;
  std::optional<Templated<Passages>> contexts_;
  std::optional<Templated<std::string>> reference_;  // the option, or `{{reference}}`
  std::optional<Source> contexts_var_;               // `{{contexts}}`, which places errors
};

/// What the user said last; "" where no user said anything.
[[nodiscard]] std::string last_user_message(std::span<const Message> messages);

/// Schemas of the options, for those that are not `Need::none`.
[[nodiscard]] Json input_properties(Needs needs);

}  // namespace assay::judges
