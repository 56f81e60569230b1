#include "runner/store/sqlite.hpp"
#include "tests/unit/store/fixture.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

namespace assay::store {
namespace {

using test::TempDir;

Step failed(ErrorKind kind, int attempts) {
  Step step = answered("");
  const Error error{kind, "HTTP 503", "see whether the server is up"};
  step.result = error;
  step.attempts.clear();
  for (int i = 0; i < attempts; ++i) {
    Attempt attempt;
    attempt.started = {1'700'000'000'000 + i};
    attempt.status = 503;
    attempt.error = error;
    step.attempts.push_back(attempt);
  }
  return step;
}

Step graded(std::string text) {
  Step step = answered(std::move(text));
  step.name = "check/0/grade";
  step.role = Role::judge;
  step.context = 0;
  return step;
}

Sample ended(UnitId unit, std::vector<Step> steps, assay::Outcome outcome) {
  Sample sample = scored_sample(unit, true);
  sample.transcript.steps = std::move(steps);
  if (!std::holds_alternative<outcome::Scored>(outcome)) sample.scores.clear();
  sample.outcome = std::move(outcome);
  return sample;
}

class ResumeBySteps : public ::testing::Test {
 protected:
  std::unique_ptr<RunWriter> start() {
    auto writer = store_->start(header("r1", 10), loop_.get_executor());
    EXPECT_TRUE(writer);
    return std::move(*writer);
  }
  std::unique_ptr<RunWriter> resume() {
    auto writer = store_->resume("r1", loop_.get_executor());
    EXPECT_TRUE(writer) << to_string(writer.error());
    return std::move(*writer);
  }
  std::int64_t count(const std::string& sql) {
    auto database = Database::open(dir_ / "h.db", Database::Mode::existing);
    return *database->integer(sql);
  }

  TempDir dir_;
  std::unique_ptr<Store> store_ = open(dir_ / "h.db");
  boost::asio::io_context loop_;
};

TEST_F(ResumeBySteps, a_call_of_an_unfinished_sample_is_found_as_it_was) {
  const UnitId unit{0, 3, 1};
  const auto kase = planned_case(3);
  Step turn = answered("Paris\n\"est\" belle");
  turn.attempts.insert(turn.attempts.begin(), failed(ErrorKind::unavailable, 1).attempts[0]);
  {
    auto writer = start();
    EXPECT_EQ(writer->find(unit, "turn/1"), nullptr);
    writer->append(unit, *kase, turn);
    EXPECT_EQ(writer->find(unit, "turn/1"), nullptr);  // of this process
  }
  auto writer = resume();
  const Step* found = writer->find(unit, "turn/1");
  ASSERT_NE(found, nullptr);
  const auto& got = std::get<Response>(found->result);
  const auto& given = std::get<Response>(turn.result);
  EXPECT_EQ(got.message, given.message);
  EXPECT_EQ(got.raw, given.raw);
  EXPECT_EQ(got.timings.gaps, given.timings.gaps);
  EXPECT_EQ(got.finish_text, given.finish_text);
  EXPECT_EQ(found->context, 2u);
  ASSERT_EQ(found->attempts.size(), 2u);
  EXPECT_EQ(found->attempts[0].error->kind, ErrorKind::unavailable);
  EXPECT_EQ(found->attempts[1].duration, turn.attempts[1].duration);
  EXPECT_EQ(writer->find({0, 3, 0}, "turn/1"), nullptr);
  EXPECT_EQ(writer->find(unit, "turn/2"), nullptr);

  writer->append(unit, *kase, graded("5"));
  writer->finish(ended(unit, {turn, graded("5")}, outcome::Scored{true, 1}));
  EXPECT_EQ(writer->find(unit, "turn/1"), nullptr);
  ASSERT_TRUE(writer->close(ending(RunStatus::finished)));
  EXPECT_EQ(count("SELECT count(*) FROM step"), 2);
  EXPECT_EQ(count("SELECT max(seq) FROM step"), 1);
  EXPECT_EQ(store_->cost("r1")->attempts, 3u);
}

TEST_F(ResumeBySteps, a_stopped_call_is_replaced_and_its_attempts_count_once) {
  const UnitId unit{0, 0, 0};
  const auto kase = planned_case(0);
  {
    auto writer = start();
    writer->append(unit, *kase, failed(ErrorKind::cancelled, 2));
    ASSERT_TRUE(writer->close(ending(RunStatus::interrupted)));
  }
  EXPECT_EQ(store_->cost("r1")->attempts, 2u);
  auto writer = resume();
  const Step* found = writer->find(unit, "turn/1");
  ASSERT_NE(found, nullptr);
  EXPECT_EQ(std::get<Error>(found->result).kind, ErrorKind::cancelled);
  Step whole = answered("Paris");
  whole.attempts.insert(whole.attempts.begin(), found->attempts.begin(), found->attempts.end());
  writer->append(unit, *kase, whole);
  EXPECT_EQ(writer->find(unit, "turn/1"), nullptr);
  writer->finish(ended(unit, {whole}, outcome::Scored{true, 1}));
  ASSERT_TRUE(writer->close(ending(RunStatus::finished)));
  EXPECT_EQ(count("SELECT count(*) FROM step"), 1);
  EXPECT_EQ(count("SELECT count(*) FROM step_body"), 1);
  EXPECT_EQ(count("SELECT count(*) FROM attempt"), 2);
  EXPECT_EQ(store_->cost("r1")->attempts, 3u);
  EXPECT_EQ(store_->cost("r1")->calls, 1u);
}

TEST_F(ResumeBySteps, a_skipped_sample_is_run_again_from_the_calls_it_has) {
  const Sample skipped = ended({0, 5, 0}, {answered("Paris")}, outcome::Skipped{"SIGINT"});
  {
    auto writer = start();
    give(*writer, skipped);
    ASSERT_TRUE(writer->close(ending(RunStatus::interrupted)));
  }
  EXPECT_TRUE(store_->finished_units("r1")->empty());
  auto writer = resume();
  EXPECT_NE(writer->find({0, 5, 0}, "turn/1"), nullptr);
  writer->finish(ended({0, 5, 0}, {answered("Paris")}, outcome::Scored{true, 1}));
  ASSERT_TRUE(writer->close(ending(RunStatus::finished)));
  EXPECT_EQ(store_->finished_units("r1")->size(), 1u);
  EXPECT_EQ(store_->cost("r1")->calls, 1u);
}

struct Stop {
  const char* name;
  Ending ending;
  bool again;
};

TEST(ResumeAfter, the_circuit_breaker_asks_what_failed_again_and_nothing_else) {
  const Error down{ErrorKind::unavailable, "HTTP 503", ""};
  const Stop stops[] = {
      {"breaker", ending(RunStatus::failed, 1, "20 failures in a row"), true},
      {"budget", ending(RunStatus::failed), false},
      {"interrupted", ending(RunStatus::interrupted, 1, "SIGINT"), false},
  };
  for (const Stop& stop : stops) {
    SCOPED_TRACE(stop.name);
    const TempDir dir;
    auto store = open(dir / "h.db");
    boost::asio::io_context loop;
    {
      auto writer = store->start(header("r1", 10), loop.get_executor());
      give(**writer, ended({0, 0, 0}, {answered("Paris")}, outcome::Scored{true, 1}));
      give(**writer,
           ended({0, 1, 0}, {answered("Lyon"), failed(ErrorKind::unavailable, 6)}, outcome::EndpointError{down}));
      ASSERT_TRUE((*writer)->close(stop.ending));
    }
    auto writer = store->resume("r1", loop.get_executor());
    ASSERT_TRUE(writer);
    EXPECT_EQ(store->finished_units("r1")->size(), stop.again ? 1u : 2u);
    EXPECT_EQ((*writer)->find({0, 0, 0}, "turn/1"), nullptr);
    EXPECT_EQ((*writer)->find({0, 1, 0}, "turn/1") != nullptr, stop.again);
    EXPECT_EQ(store->cost("r1")->attempts, 8u);  // they were made
    if (!stop.again) continue;
    EXPECT_TRUE(std::holds_alternative<Response>((*writer)->find({0, 1, 0}, "turn/1")->result));
  }
}

TEST_F(ResumeBySteps, a_link_to_the_history_is_no_way_around_the_lock) {
  const auto writer = start();
  std::filesystem::create_symlink(dir_ / "h.db", dir_ / "link.db");
  const auto again = open(dir_ / "link.db")->resume("r1", loop_.get_executor());
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().kind, ErrorKind::usage);
}

TEST_F(ResumeBySteps, what_a_cassette_lacked_is_asked_again_however_the_run_ended) {
  const Error miss{ErrorKind::replay_miss, "not recorded", ""};
  {
    auto writer = start();
    give(*writer, ended({0, 0, 0}, {failed(ErrorKind::unavailable, 1)},
                        outcome::EndpointError{{ErrorKind::unavailable, "HTTP 503", ""}}));
    give(*writer, ended({0, 1, 0}, {failed(ErrorKind::replay_miss, 0)}, outcome::EndpointError{miss}));
  }  // as a kill leaves it
  auto writer = resume();
  EXPECT_EQ(*store_->finished_units("r1"), (std::vector<UnitId>{{0, 0, 0}}));
  EXPECT_EQ(std::get<Error>(writer->find({0, 1, 0}, "turn/1")->result).kind, ErrorKind::cancelled);
}

TEST_F(ResumeBySteps, what_the_breaker_left_is_no_answer) {
  const Error down{ErrorKind::unavailable, "HTTP 503", ""};
  {
    auto writer = start();
    give(*writer, ended({0, 1, 0}, {failed(ErrorKind::unavailable, 6)}, outcome::EndpointError{down}));
    ASSERT_TRUE(writer->close(ending(RunStatus::failed, 1, "20 failures in a row")));
  }
  auto writer = resume();
  const Step* found = writer->find({0, 1, 0}, "turn/1");
  ASSERT_NE(found, nullptr);
  EXPECT_EQ(std::get<Error>(found->result).kind, ErrorKind::cancelled);
  EXPECT_EQ(found->attempts.size(), 6u);
}

TEST_F(ResumeBySteps, limits_load_and_warm_up_go_on) {
  {
    auto writer = start();
    writer->limited({"v7", {10}, 4, 3, "slow start"});
    writer->limited({"v7", {20}, 8, 8, "saturated"});
    Ending end = ending(RunStatus::interrupted, 10);
    end.load = 10;
    end.warmup = {1, 2, 30, 4, 0.5};
    ASSERT_TRUE(writer->close(end));
  }
  auto writer = resume();
  writer->limited({"v7", {30}, 4, 8, "HTTP 429"});
  Ending end = ending(RunStatus::finished, 30);
  end.load = 50;
  end.spent = "the money is spent";
  end.warmup = {1, 1, 1, 1, 0.25};
  ASSERT_TRUE(writer->close(end));
  auto limits = store_->limits("r1");
  ASSERT_TRUE(limits);
  ASSERT_EQ(limits->size(), 3u);
  EXPECT_EQ((*limits)[0].cause, "slow start");
  EXPECT_EQ((*limits)[2].at.unix_ms, 30);
  EXPECT_EQ((*limits)[2].limit, 4u);
  EXPECT_EQ((*limits)[2].in_flight, 8u);
  auto row = store_->find("r1", false);
  ASSERT_TRUE(row);
  EXPECT_EQ(row->load, 40u);  // by time
  EXPECT_EQ(row->spent, "the money is spent");
  const auto cost = store_->cost("r1");
  EXPECT_EQ(cost->calls, 2u);
  EXPECT_EQ(cost->attempts, 3u);
  EXPECT_EQ(cost->input_tokens, 31u);
  EXPECT_NEAR(*cost->usd, 0.75, 1e-12);
}

TEST_F(ResumeBySteps, a_run_left_in_the_middle_of_a_stage_goes_on_from_there) {
  {
    auto writer = start();
    // The first stage takes cases from anywhere; of the second, one is answered and another repeated.
    for (const std::uint32_t ordinal : {7U, 2U, 9U}) give(*writer, scored_sample({0, ordinal, 0}, true));
    give(*writer, scored_sample({0, 7, 1}, false));
    const Sample open = scored_sample({0, 4, 0}, true);
    writer->append(open.unit, *open.kase, open.transcript.steps[0]);
    Ending end = ending(RunStatus::failed);
    end.spent = "the time is over";
    end.stop = StopPoint{1, 0, 0.4, 6};
    ASSERT_TRUE(writer->close(end));
  }
  EXPECT_EQ(*store_->finished_units("r1"), (std::vector<UnitId>{{0, 2, 0}, {0, 7, 0}, {0, 7, 1}, {0, 9, 0}}));
  auto writer = resume();
  EXPECT_FALSE(store_->find("r1", true)->stop);
  EXPECT_NE(writer->find({0, 4, 0}, "turn/1"), nullptr);
  for (const std::uint32_t ordinal : {4U, 1U}) give(*writer, scored_sample({0, ordinal, 0}, true));
  Ending end = ending(RunStatus::finished);
  end.stop = StopPoint{2, 1, 0.6, 4};
  ASSERT_TRUE(writer->close(end));
  const auto evidence = store_->evidence("r1", {});
  ASSERT_TRUE(evidence);
  EXPECT_EQ(evidence->stop->look, 2u);
  EXPECT_EQ(evidence->suites.at(0).cases.size(), 5u);
  EXPECT_EQ(evidence->suites.at(0).balance.planned, 6u);
  EXPECT_TRUE(evidence->suites.at(0).balance.holds());
}

/// Answers every turn and finishes every second sample; tells which turns are committed.
[[noreturn]] void answer_until_killed(const std::filesystem::path& file, int out) {
  auto store = Store::open(file);
  boost::asio::io_context loop;
  auto writer = (*store)->start(header("r1", 1'000'000), loop.get_executor());
  if (!writer) ::_exit(2);
  for (std::uint32_t i = 0;; ++i) {
    const Sample sample = ended({0, i, 0}, {answered("answer " + std::to_string(i))}, outcome::Scored{true, 1});
    (*writer)->append(sample.unit, *sample.kase, sample.transcript.steps[0]);
    if (i % 2 == 0) (*writer)->finish(sample);
    if (i % 7 != 0) continue;
    if (!(*writer)->flush()) ::_exit(3);
    const std::uint32_t committed = i + 1;
    if (::write(out, &committed, sizeof committed) != sizeof committed) ::_exit(4);
  }
}

TEST(ResumeAfter, a_kill_between_call_and_sample_finds_every_committed_call_once) {
  for (const int reports : {1, 4, 25}) {
    SCOPED_TRACE(reports);
    const TempDir dir;
    int ends[2];
    ASSERT_EQ(::pipe(ends), 0);
    const pid_t child = ::fork();
    if (child == 0) answer_until_killed(dir / "h.db", ends[1]);
    ::close(ends[1]);
    std::uint32_t committed = 0;
    for (int i = 0; i < reports; ++i) ASSERT_EQ(::read(ends[0], &committed, sizeof committed), ssize_t{4});
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    ::close(ends[0]);
    auto store = open(dir / "h.db");
    boost::asio::io_context loop;
    auto writer = store->resume("r1", loop.get_executor());
    ASSERT_TRUE(writer) << to_string(writer.error());
    for (std::uint32_t i = 1; i < committed; i += 2) {
      const Step* found = (*writer)->find({0, i, 0}, "turn/1");
      ASSERT_NE(found, nullptr) << i;
      ASSERT_EQ(text_of(std::get<Response>(found->result).message), "answer " + std::to_string(i));
      (*writer)->finish(ended({0, i, 0}, {*found}, outcome::Scored{true, 1}));
    }
    ASSERT_TRUE((*writer)->flush());
    EXPECT_GE(store->finished_units("r1")->size(), committed);
    EXPECT_EQ(store->cost("r1")->calls, store->cost("r1")->attempts);
  }
}

}  // namespace
}  // namespace assay::store
