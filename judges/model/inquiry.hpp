#pragma once
/// Rounds of questions to a judge: a text taken apart into claims, a verdict on each of several items, a verdict or a
/// score on the whole. Every judged check asks through it.

#include "judges/model/asking.hpp"
#include "judges/model/inputs.hpp"
#include "judges/model/scale.hpp"

#include <assay/core/check.hpp>

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace assay::judges {

inline constexpr std::size_t kMostClaims = 50;             ///< of one text; more is unscored, not cut
inline constexpr std::size_t kMostClaimBytes = 64u << 10;  ///< of them together

using Claims = std::vector<std::string>;
using Offered = std::span<const std::string>;

/// What a judge says of one item.
struct Judgement {
  std::string verdict;  ///< one of those offered
  std::string reason;   ///< may be empty; explains, decides nothing
};

/// One for each item, in the items' order.
using Judgements = std::vector<Judgement>;

/// A score that a judge gives.
struct Grade {
  int score = 0;               ///< one of the scale's
  std::optional<double> mean;  ///< of the scale's scores by their probabilities, where they were asked for and given
  std::string reason;          ///< as `Judgement::reason`
};

/// A question in the making: what the prompt's variables are filled with. Everything that others wrote is fenced.
struct Query {
  std::string name;         ///< `Ask::name`
  std::string_view prompt;  ///< `prompts/NAME.txt`
  Json vars = Json::object();
  std::vector<std::string> data;  ///< what was fenced
};

/// The questions of one check over one sample, as far as they have been answered. Ask with `claims`, `verdicts`,
/// `verdict` and `grade`; where one gives nothing, nothing more can be done before `step` has been answered.
class Inquiry {
 public:
  /// `use` is the check's judge with its prompts. All three outlive the inquiry.
  Inquiry(const JudgeUse& use, const Answers& answers) : use_(use), answers_(answers) {}

  [[nodiscard]] Query query(std::string name, std::string_view prompt) const;
  /// Fills `{{key}}` with a text within a fence; "" stays "".
  void show(Query& query, std::string_view key, std::string_view text) const;
  /// As `show`; a text without words stands in its fence too: that it is empty is what is judged.
  void show_even_empty(Query& query, std::string_view key, std::string_view text) const;
  /// Fills `{{key}}` with the messages that have text, each within a fence that says whose it is.
  void show_messages(Query& query, std::string_view key, std::span<const Message> messages) const;
  /// Fills `{{key}}` with the passages of these numbers, counted from 1, each within its own fence.
  void show_passages(Query& query, std::string_view key, const Passages& passages,
                     std::span<const std::size_t> numbers) const;
  /// Fills `{{key}}` with numbered lines within one fence.
  void show_items(Query& query, std::string_view key, const Claims& items) const;

  /// The claims that the judge finds in a text (`what`: `the answer`). None, or more than are judged, ends the check.
  [[nodiscard]] std::optional<Claims> claims(const Query& query, std::string_view what);
  /// A verdict for each of `count` items: as many as items, each number once, each verdict one of `offered`.
  [[nodiscard]] std::optional<Judgements> verdicts(const Query& query, std::size_t count, Offered offered);
  /// One verdict on the whole.
  [[nodiscard]] std::optional<Judgement> verdict(const Query& query, Offered offered);
  /// A score on the whole; `weighted`: with its log probabilities, where the judge's endpoint gives them.
  [[nodiscard]] std::optional<Grade> grade(const Query& query, const Scale& scale, bool weighted);

  /// Ends the check with a score, whatever was asked. The first end counts.
  void end(Score score);

  /// What is to be asked now; or the score, where a reply could not be used.
  [[nodiscard]] CheckStep step() &&;

 private:
  [[nodiscard]] std::optional<Json> put(const Query& query, const Json& schema, const ReadReply& read,
                                        bool logprobs = false);

  const JudgeUse& use_;
  const Answers& answers_;
  std::vector<Ask> open_;
  std::optional<Score> end_;
};

/// 1, 2, … `count`.
[[nodiscard]] std::vector<std::size_t> numbers_to(std::size_t count);

/// A text on one line: runs of white space are one space.
[[nodiscard]] std::string on_one_line(std::string_view text);

}  // namespace assay::judges
