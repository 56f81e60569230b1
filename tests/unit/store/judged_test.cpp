#include "tests/unit/store/judged.hpp"

#include "runner/store/sqlite.hpp"

namespace assay::store {
namespace {

using test::TempDir;

class Judged : public ::testing::Test {
 protected:
  std::int64_t number(const std::string& sql) {
    auto database = Database::open(dir_ / "h.db", Database::Mode::existing);
    return *database->integer(sql);
  }

  TempDir dir_;
  std::unique_ptr<Store> store_ = open(dir_ / "h.db");
  boost::asio::io_context loop_;
};

TEST_F(Judged, what_a_judge_was_asked_comes_back_with_its_answer) {
  const Sample sample = judged_sample({0, 3, 1}, false);
  write(*store_, judged_header("r1"), {sample});
  std::uint32_t seen = 0;
  auto done = store_->samples("r1", {}, [&](const StoredSample& stored) {
    ++seen;
    EXPECT_EQ(stored.transcript.steps.at(0).question, nullptr);
    const Step& grade = stored.transcript.steps.at(1);
    EXPECT_EQ(grade.role, Role::judge);
    EXPECT_TRUE(grade.question != nullptr && *grade.question == *sample.transcript.steps[1].question);
    EXPECT_EQ(stored.scores.at(0).score.details, R"({"votes":[5,4]})");
    EXPECT_EQ(stored.scores.at(0).score.why, "too short");
    EXPECT_EQ(stored.scores.at(1).score.details, "");
    return true;
  });
  ASSERT_TRUE(done) << to_string(done.error());
  EXPECT_EQ(seen, 1u);
}

TEST_F(Judged, calls_give_what_a_judge_was_asked_with_its_own_parameters) {
  RunHeader run = judged_header("r1");
  run.suites[0].params_text = R"({"temperature":0})";
  Sample sample = judged_sample({0, 0, 0}, true);
  sample.transcript.steps.push_back(judged_step("check/1/run", question("program:1f", "{}"), "{}"));
  Step failed = judged_step("check/1/again", question("strict", "again"), "");
  failed.result = Error{ErrorKind::timeout, "no answer within 120 s", ""};
  sample.transcript.steps.push_back(failed);
  write(*store_, run, {sample});
  std::vector<StoredCall> calls;
  ASSERT_TRUE(store_->calls("r1", [&](const StoredCall& call) -> Result<void> {
    calls.push_back(call);
    return {};
  }));
  ASSERT_EQ(calls.size(), 4u);
  EXPECT_EQ(calls[0].params, R"({"temperature":0})");
  EXPECT_EQ(calls[0].messages, sample.kase->messages);
  EXPECT_EQ(calls[1].params, R"({"seed":1})");
  EXPECT_EQ(calls[1].messages, sample.transcript.steps[1].question->messages);
  EXPECT_EQ(calls[2].params, "{}");
  EXPECT_EQ(calls[2].step.question->to, "program:1f");
  EXPECT_EQ(calls[3].messages.back(), (Message{Author::user, {Text{"again"}}})) << "failed calls were asked too";
}

TEST_F(Judged, a_judge_is_paid_by_its_own_price_and_beside_the_candidate) {
  write(*store_, judged_header("r1"), {judged_sample({0, 0, 0}, true), judged_sample({0, 1, 0}, true)});
  RunHeader plain = header("r2");
  write(*store_, plain, {scored_sample({0, 0, 0}, true), scored_sample({0, 1, 0}, true)});
  const auto judged = *store_->evidence("r1", {});
  const auto alone = *store_->evidence("r2", {});
  EXPECT_NEAR(*judged.cost.usd, *alone.cost.usd + 2 * (100 * 1e-6 + 20 * 10e-6), 1e-12);
  EXPECT_EQ(judged.cost.calls, 4u);
  EXPECT_EQ(judged.cost.input_tokens, 400u);
  for (const char* metric : {"cost", "latency", "ttft", "input_tokens", "cache_hit_rate"}) {
    SCOPED_TRACE(metric);
    EXPECT_EQ(judged.suites[0].column(metric)->values, alone.suites[0].column(metric)->values);
  }
  EXPECT_EQ(judged.timing.itl_ms.p50, alone.timing.itl_ms.p50);
  EXPECT_EQ(judged.served_models, alone.served_models);
}

TEST_F(Judged, the_cost_is_known_only_where_every_judge_has_a_price) {
  RunHeader run = judged_header("r1");
  run.judges[0].price.reset();
  write(*store_, run, {judged_sample({0, 0, 0}, true)});
  EXPECT_FALSE(store_->cost("r1")->usd);
  EXPECT_GT(store_->cost("r1")->least_usd, 0);

  run = judged_header("r2");
  Sample asks_program = judged_sample({0, 0, 0}, true, "program:1f");
  std::get<Response>(asks_program.transcript.steps[1].result).usage = {};
  write(*store_, run, {asks_program});
  EXPECT_TRUE(store_->cost("r2")->usd) << "a program costs nothing";
  EXPECT_EQ(store_->cost("r2")->uncounted, 0u);

  run = judged_header("r3");
  run.price.reset();
  run.kind = RunKind::scored;
  run.origin = "r1";
  Sample scored = judged_sample({0, 0, 0}, true);
  scored.transcript.steps[0].replayed = true;
  write(*store_, run, {scored});
  EXPECT_NEAR(store_->cost("r3")->usd.value_or(0), 100 * 1e-6 + 20 * 10e-6, 1e-12) << "the target was not asked";
}

TEST_F(Judged, prompts_that_share_most_bytes_are_kept_once) {
  std::vector<Sample> samples;
  for (std::uint32_t i = 0; i < 50; ++i) samples.push_back(judged_sample({0, i, 0}, true));
  write(*store_, judged_header("r1"), samples);
  EXPECT_EQ(number("SELECT count(*) FROM question_body"), 50);
  EXPECT_LT(number("SELECT sum(length(bytes)) FROM question_body"), 50 * 200) << "of 3 kB each";
}

TEST_F(Judged, a_call_that_is_made_again_leaves_nothing_behind) {
  const Sample sample = judged_sample({0, 0, 0}, true);
  {
    auto writer = store_->start(judged_header("r1"), loop_.get_executor());
    ASSERT_TRUE(writer);
    for (const Step& step : sample.transcript.steps) (*writer)->append(sample.unit, *sample.kase, step);
  }
  auto writer = store_->resume("r1", loop_.get_executor());
  ASSERT_TRUE(writer) << to_string(writer.error());
  const Step* found = (*writer)->find(sample.unit, "check/0/grade");
  ASSERT_NE(found, nullptr);
  EXPECT_EQ(*found->question, *sample.transcript.steps[1].question);
  give(**writer, sample);
  ASSERT_TRUE((*writer)->close(ending(RunStatus::finished)));
  EXPECT_EQ(number("SELECT count(*) FROM step"), 2);
  EXPECT_EQ(number("SELECT count(*) FROM question_body"), 1);
}

TEST_F(Judged, what_a_judge_could_not_answer_is_asked_again_after_the_breaker_or_a_miss) {
  struct Row {
    const char* name;
    ErrorKind kind;
    Ending ended;
    bool again;
  };
  const Row rows[] = {
      {"breaker", ErrorKind::unavailable, ending(RunStatus::failed, 1, "20 failures in a row"), true},
      {"interrupted", ErrorKind::unavailable, ending(RunStatus::interrupted), false},
      {"miss", ErrorKind::replay_miss, ending(RunStatus::failed), true},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.name);
    Sample sample = judged_sample({0, 0, 0}, true);
    const Error error{row.kind, "no grade", "see to it"};
    sample.transcript.steps[1].result = error;
    sample.scores[0] = {Error{ErrorKind::judge, "the judge gave no answer", ""}, "", R"({"votes":[]})"};
    sample.outcome = outcome::JudgeError{std::get<Error>(sample.scores[0].state)};
    Sample changed = sample;
    changed.unit.ordinal = 1;
    changed.kase = judged_sample({0, 1, 0}, true).kase;
    const RunHeader run = judged_header(row.name);
    {
      auto writer = store_->start(run, loop_.get_executor());
      ASSERT_TRUE(writer);
      give(**writer, sample);
      give(**writer, changed);
      ASSERT_TRUE((*writer)->close(row.ended));
    }
    const ScoreEdit edit{"capitals", "case-1", 0, "rubric", true, {}, "fine", "ana", {1}};
    ASSERT_TRUE(store_->edit_scores(row.name, std::array{edit}));
    auto writer = store_->resume(row.name, loop_.get_executor());
    ASSERT_TRUE(writer) << to_string(writer.error());
    auto finished = *store_->finished_units(row.name);
    if (!row.again) finished.erase(finished.begin());
    EXPECT_EQ(finished, (std::vector<UnitId>{{0, 1, 0}})) << "a person decided over the other";
    const Step* turn = (*writer)->find({0, 0, 0}, "turn/1");
    EXPECT_EQ(turn != nullptr, row.again) << "its answer is kept";
    if (!row.again) continue;
    EXPECT_EQ(std::get<Error>((*writer)->find({0, 0, 0}, "check/0/grade")->result).kind, ErrorKind::cancelled);
    give(**writer, judged_sample({0, 0, 0}, true));
    ASSERT_TRUE((*writer)->close(ending(RunStatus::finished)));
    EXPECT_EQ(store_->evidence(row.name, {})->suites[0].balance.scored, 2u);
  }
}

TEST_F(Judged, a_run_without_judges_writes_nothing_of_theirs) {
  finished_run(*store_, header("r1"), 20, 5);
  for (const char* table : {"question_body", "score_detail", "run_judge", "suite_judged", "edited_sample"}) {
    EXPECT_EQ(number(std::string("SELECT count(*) FROM ") + table), 0) << table;
  }
}

class Origin : public Judged {
 protected:
  static std::vector<Sample> samples(bool replayed, WallTime started, bool judge_replayed = false) {
    std::vector<Sample> all;
    for (std::uint32_t i = 0; i < 3; ++i) {
      Sample sample = judged_sample({0, i, 0}, true);
      sample.transcript.steps[0].replayed = replayed && i < 2;
      sample.transcript.steps[0].attempts[0].started = started;
      sample.transcript.steps[1].replayed = judge_replayed && i == 0;
      all.push_back(sample);
    }
    return all;
  }
  void scored(const std::string& id, const std::string& origin, bool judge_replayed = false,
              RunKind kind = RunKind::scored) {
    RunHeader run = judged_header(id);
    run.kind = kind;
    run.origin = origin;
    auto taken = samples(true, {1000}, judge_replayed);
    for (Sample& sample : taken) sample.transcript.steps[0].replayed = true;
    write(*store_, run, taken);
  }
  std::string replayed(const std::string& run) {
    const auto evidence = *store_->evidence(run, {});
    return std::to_string(evidence.replayed) +
           (evidence.oldest_replayed ? " since " + std::to_string(evidence.oldest_replayed->unix_ms) : "");
  }
};

TEST_F(Origin, answers_count_as_replayed_where_the_first_run_replayed_them) {
  write(*store_, judged_header("asked"), samples(false, {1000}));
  write(*store_, judged_header("replayed"), samples(true, {1000}));
  scored("s1", "asked");
  scored("s2", "s1");
  scored("s3", "replayed");
  scored("s4", "s3");
  scored("s5", "asked", true);
  scored("s6", "elsewhere");
  EXPECT_EQ(store_->evidence("s1", {})->origin, "asked");
  EXPECT_EQ(store_->evidence("s1", {})->started.unix_ms, 1'700'000'000'000);
  EXPECT_EQ(replayed("s1"), "0");
  EXPECT_EQ(replayed("s2"), "0");
  EXPECT_EQ(replayed("s3"), "2 since 1000");
  EXPECT_EQ(replayed("s4"), "2 since 1000");
  EXPECT_EQ(replayed("s5"), "1 since 1700000000000") << "a judge's answer that was replayed";
  EXPECT_EQ(replayed("s6"), "3 since 1000") << "what cannot be known is not taken for fresh";
}

TEST_F(Origin, a_calibration_is_none) {
  write(*store_, judged_header("asked"), samples(false, {1000}));
  scored("c1", "asked", false, RunKind::calibration);
  scored("s1", "c1");
  EXPECT_EQ(replayed("s1"), "3 since 1000");
  scored("loop", "loop");
  EXPECT_EQ(replayed("loop"), "3 since 1000");
}

}  // namespace
}  // namespace assay::store
