#pragma once
/// The life of one sample: what to ask, which checks to run, when it is done. Pure; knows no retry, clock or socket.

#include <assay/core/check.hpp>
#include <assay/core/sample.hpp>

#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

namespace assay::exec {

/// Ask the target, or whom `question` names. `messages` is a view into the machine or the question, valid until the
/// call's `Called` was given back.
struct Call {
  std::string name;
  Role role = Role::target;
  std::span<const Message> messages;
  std::string_view params = "{}";                      ///< of the target; a judge's are its own
  std::shared_ptr<const Question> question = nullptr;  ///< of a judge's call
};
/// Run `CaseMachine::run_check(check)`, here or on another thread, and give the result back as `Checked`.
struct RunCheck {
  std::size_t check = 0;
};
/// The end, exactly once.
struct Finish {
  Sample sample;
};
using Action = std::variant<Call, RunCheck, Finish>;
using Actions = std::vector<Action>;

struct Begin {};
/// A call came back; `step.name` says which.
struct Called {
  Step step;
};
struct Checked {
  std::size_t check = 0;
  CheckStep step;
};
/// The sample is not to be continued (a deadline, a budget): it ends as skipped.
struct Stop {
  std::string why;
};
using Event = std::variant<Begin, Called, Checked, Stop>;

/// Drives one unit: `turn/1` to the target, then every check, each with as many rounds of questions
/// (`check/<i>/<ask>`) as it needs. Actions given out together may be performed in any order, or at once: the sample
/// does not depend on it. Events that belong to nothing outstanding, and all after `Finish`, are ignored.
class CaseMachine {
 public:
  /// `price` is the target's; nullptr without one. It outlives the machine.
  CaseMachine(WorkUnit unit, const Price* price);

  /// Appends what to do next to `out`.
  void on(Event event, Actions& out);

  /// One step of a check. May run on any thread while no event for the same check is given; never throws.
  [[nodiscard]] CheckStep run_check(std::size_t check) const;

  [[nodiscard]] const WorkUnit& unit() const { return unit_; }
  /// What the check has to read: the target's last answer with its contexts, and the judges' replies so far.
  [[nodiscard]] std::size_t bytes_to_read(std::size_t check) const {
    return answer_bytes_ + checks_[check].reply_bytes;
  }

 private:
  using Questions = std::map<std::string, std::shared_ptr<const Question>, std::less<>>;
  struct CheckState {
    Questions open;  ///< of the round under way, without an answer yet; by the ask's name
    Answers answers;
    std::size_t reply_bytes = 0;
    std::vector<Step> steps;  ///< answered judge calls
    std::optional<Score> score;
    bool running = false;
  };

  void begin(Actions& out);
  void called(Step step, Actions& out);
  void target_called(Step step, Actions& out);
  void judge_called(Step step, Actions& out);
  void checked(std::size_t check, CheckStep step, Actions& out);
  void start_round(std::size_t check, std::vector<Ask> asks, Actions& out);
  void start_check(std::size_t check, Actions& out);
  void settle(std::size_t check, Score score, Actions& out);
  void finish(Outcome outcome, std::vector<Score> scores, Actions& out);

  WorkUnit unit_;
  const Price* price_;
  Transcript transcript_;  ///< the target's part; fixed while checks run
  std::string answer_;
  std::size_t answer_bytes_ = 0;
  std::vector<CheckState> checks_;
  std::size_t unsettled_ = 0;
  bool begun_ = false;
  bool finished_ = false;
};

}  // namespace assay::exec
