#pragma once
/// What a check is to the runner: a pure function from a transcript to a score, or to the questions it still needs.

#include <assay/core/json.hpp>
#include <assay/core/transcript.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace assay {

/// A check that could tell. `value` is in the check's unit; `pass` is its own decision.
struct Scored {
  double value = 0;
  bool pass = false;
};

/// A check that could not tell; never counted as 0 or 1.
struct Unscored {
  std::string why;
};

using ScoreState = std::variant<Scored, Unscored, Error>;

/// `why` explains a failure in one sentence with the excerpt that shows it; empty for a plain pass. `details` is a JSON
/// object as text for summaries over many samples (a panel's votes, a classifier's labels); empty: none.
struct Score {
  ScoreState state = Unscored{};
  std::string why;
  std::string details;
};

/// A question that a check needs answered before it can score; `name` is stable within the check (`grade`).
struct Ask {
  std::string name;
  Question question;
};

/// Answers to a check's earlier questions, by `Ask::name`.
using Answers = std::map<std::string, std::variant<Response, Error>, std::less<>>;

/// What templates may name: `{{var}}`, `{{id}}`, `{{row}}`. A view: the case outlives it.
struct Scope {
  const Json& vars;  ///< an object
  std::string_view id;
  std::uint64_t row = 0;  ///< counts from 1 within the suite's cases
};

/// What a check sees of one sample.
struct CheckContext {
  const Transcript& transcript;
  std::string_view answer;  ///< text of the last answer
  Scope scope;
  const Price* price = nullptr;  ///< of the target; nullptr without one
};

using CheckStep = std::variant<Score, std::vector<Ask>>;

/// Made once a suite (or once a distinct check of a record); must be thread-safe and free of side effects.
using CheckFn = std::function<CheckStep(const CheckContext&, const Answers&)>;

enum class Direction { up, down };

/// The unit of a check's value; `number` is a plain one (a perplexity).
enum class Unit { share, seconds, usd, tokens, chars, words, lines, number };

[[nodiscard]] std::string_view name(Unit unit);

/// A judge with the prompt it is asked with: what trust is measured for.
struct JudgeUse {
  std::string judge;   ///< its name in the configuration
  std::string digest;  ///< `sha256:…` of who it is: api, model, parameters, form of output
  std::string prompt;  ///< `sha256:…` over the prompt's text and the check's options
  friend auto operator<=>(const JudgeUse&, const JudgeUse&) = default;
};

/// A program that a check asks: JSON on its standard input, JSON on its standard output; started without a shell.
struct Program {
  std::string name;  ///< `program:` and a digest of the rest; `Question::to` says it
  std::vector<std::string> command;
  std::string folder;  ///< where it is started
  Duration time_limit{};
  friend bool operator==(const Program&, const Program&) = default;
};

/// Whether `Question::to` means a program, not a judge.
[[nodiscard]] inline bool is_program(std::string_view to) {
  return to.starts_with("program:");
}

/// How a judge's verdict looks to whoever would forge it: for `assay calibrate`, which plants such verdicts.
struct Offer {
  std::string key = "score";  ///< the word under which the verdict is given
  std::string best = "5";     ///< the best verdict on offer
  std::string worst = "1";    ///< the worst
};

/// A check ready to run.
struct CompiledCheck {
  std::string name;    ///< the check's kind: `contains`
  std::string metric;  ///< what it feeds: its `as`, else its name
  bool required = true;
  double weight = 1;
  Direction better = Direction::up;
  Unit unit = Unit::share;
  /// What it read beside its options: a digest over the files they name, empty without one.
  std::string content;
  std::vector<JudgeUse> judges;   ///< whom it may ask; a check with one is judged, not computed
  std::vector<Program> programs;  ///< likewise
  Offer offer;                    ///< of a judged check
  CheckFn run;
  /// Renders the options for one case without an answer: an error where `run` could not work (missing variable, empty
  /// expectation, bad pattern). Called for every case before the first call is paid.
  std::function<Result<void>(const Scope&)> verify;
};

}  // namespace assay
