/// A source with more in store than it hands out at once: the runner waits for what is under way, and keeps what it has
/// learned.

#include "tests/unit/exec/runner_bench.hpp"

namespace assay::exec {
namespace {

using namespace scripted;

/// Hands out one list after the other, and asks for leave in between.
class StagedSource : public UnitSource {
 public:
  std::deque<std::deque<WorkUnit>> stages;
  std::function<Result<bool>(std::size_t left)> may_go_on = [](std::size_t) { return true; };

  [[nodiscard]] Result<std::optional<WorkUnit>> next() override {
    if (stages.empty() || stages.front().empty()) return std::optional<WorkUnit>();
    std::optional<WorkUnit> unit = std::move(stages.front().front());
    stages.front().pop_front();
    return unit;
  }

  [[nodiscard]] Result<bool> more() override {
    if (!stages.empty()) stages.pop_front();
    if (stages.empty()) return false;
    return may_go_on(stages.size());
  }
};

class Stages : public ::testing::Test {
 protected:
  void add_stage(std::uint32_t units) {
    auto& stage = source_.stages.emplace_back();
    for (std::uint32_t i = 0; i < units; ++i) stage.push_back(unit_of(next_++));
  }

  const RunSummary& run() {
    std::vector<Side> sides{bench_.side};
    bench_.runner.emplace(std::vector{bench_.lane}, std::move(sides), source_, bench_.options, bench_.observer);
    asio::co_spawn(bench_.loop, bench_.runner->run(), [this](const std::exception_ptr& e, RunSummary summary) {
      EXPECT_FALSE(e);
      bench_.summary = std::move(summary);
    });
    bench_.spin();
    if (!bench_.summary) throw std::runtime_error("the run hangs");
    return *bench_.summary;
  }

  Bench bench_{0};
  StagedSource source_;
  std::uint32_t next_ = 0;
};

TEST_F(Stages, a_stage_begins_when_every_sample_of_the_one_before_is_finished) {
  for (const auto units : {7U, 1U, 12U}) add_stage(units);
  std::vector<std::size_t> finished;
  source_.may_go_on = [&](std::size_t) {
    finished.push_back(bench_.journal.samples.size());
    EXPECT_EQ(bench_.endpoint.now_open, 0);
    return true;
  };
  EXPECT_EQ(run().finished, 20U);
  EXPECT_EQ(bench_.summary->stopped, StopReason::none);
  EXPECT_EQ(finished, (std::vector<std::size_t>{7, 8}));
}

TEST_F(Stages, empty_ones_are_passed_through) {
  for (const auto units : {0U, 3U, 0U, 0U, 2U}) add_stage(units);
  EXPECT_EQ(run().finished, 5U);
}

TEST_F(Stages, what_is_refused_is_never_asked) {
  add_stage(5);
  add_stage(5);
  source_.may_go_on = [](std::size_t) { return false; };
  EXPECT_EQ(run().finished, 5U);
  EXPECT_EQ(bench_.endpoint.attempts, 5);
  EXPECT_EQ(bench_.summary->stopped, StopReason::none);
}

TEST_F(Stages, an_error_between_two_ends_the_run) {
  add_stage(5);
  add_stage(5);
  source_.may_go_on = [](std::size_t) -> Result<bool> { return Error{ErrorKind::store, "the disk is gone", {}, {}}; };
  EXPECT_EQ(run().finished, 5U);
  EXPECT_EQ(bench_.summary->stopped, StopReason::source);
  ASSERT_TRUE(bench_.summary->error);
  EXPECT_EQ(bench_.summary->error->message, "the disk is gone");
}

TEST_F(Stages, a_stop_in_one_leaves_the_others_unasked) {
  add_stage(100);
  add_stage(5);
  bool asked = false;
  source_.may_go_on = [&](std::size_t) {
    asked = true;
    return true;
  };
  bench_.observer.finished = [&](const Sample&, std::uint32_t) {
    if (bench_.journal.samples.size() == 10) bench_.runner->stop();
  };
  EXPECT_LT(run().finished, 100U);
  EXPECT_EQ(bench_.summary->stopped, StopReason::signal);
  EXPECT_FALSE(asked) << "a stopped run has nothing to go on with";
}

TEST_F(Stages, share_one_budget) {
  bench_.endpoint.script = [](const std::string& body, int) { return counted(body, 50, 50); };
  bench_.options.budget.tokens = 1000;
  bench_.lane.limits.concurrency = 1;
  add_stage(6);
  add_stage(60);
  EXPECT_LE(run().finished, 10U);
  EXPECT_GT(bench_.summary->finished, 6U);
  EXPECT_EQ(bench_.summary->stopped, StopReason::budget);
}

TEST_F(Stages, share_one_breaker) {
  bench_.options.breaker = 8;
  bench_.lane.limits.concurrency = 1;
  bench_.endpoint.script = [](const std::string&, int) { return bad(ErrorKind::auth, "wrong key"); };
  add_stage(5);
  add_stage(50);
  EXPECT_EQ(run().finished, 8U) << "failures in a row are counted over stages";
  EXPECT_EQ(bench_.summary->stopped, StopReason::breaker);
}

TEST_F(Stages, keep_the_limit_that_was_found) {
  bench_.lane.limits.concurrency.reset();  // auto
  bench_.endpoint.script = [&](const std::string& body, int) {
    return bench_.endpoint.now_open > 4 ? bad(ErrorKind::rate_limited) : good(body);
  };
  add_stage(200);
  add_stage(1);
  std::uint32_t begun = 0;
  std::uint32_t found = 0;
  std::uint32_t last = 0;
  source_.may_go_on = [&](std::size_t) {
    found = bench_.runner->limit();
    return true;
  };
  bench_.endpoint.on_attempt = [&] {
    last = bench_.runner->limit();
    if (begun == 0) begun = last;
  };
  run();
  EXPECT_LT(found, begun) << "what is more than 4 was refused";
  EXPECT_EQ(last, found);
}

}  // namespace
}  // namespace assay::exec
