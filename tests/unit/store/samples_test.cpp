#include "tests/unit/store/fixture.hpp"

namespace assay::store {
namespace {

using test::TempDir;

std::vector<StoredSample> read(Store& store, const SampleFilter& filter) {
  std::vector<StoredSample> samples;
  auto done = store.samples("r1", filter, [&](const StoredSample& sample) {
    samples.push_back(sample);
    return true;
  });
  EXPECT_TRUE(done) << to_string(done.error());
  return samples;
}

TEST(Samples, a_sample_comes_back_down_to_the_wire) {
  const TempDir dir;
  auto store = open(dir / "h.db");
  boost::asio::io_context loop;
  Sample sample = scored_sample({0, 3, 2}, false);
  Step& step = sample.transcript.steps[0];
  std::get<Response>(step.result).raw = std::string("data: \0\xff raw", 12);
  Attempt refused;
  refused.started = {5};
  refused.duration = std::chrono::milliseconds(3);
  refused.status = 429;
  refused.error = Error{ErrorKind::rate_limited, "HTTP 429", "slow down"};
  step.attempts.insert(step.attempts.begin(), refused);
  step.attempts[1].waited = std::chrono::seconds(2);
  {
    auto writer = store->start(header("r1"), loop.get_executor());
    ASSERT_TRUE(writer);
    give(**writer, sample);
    ASSERT_TRUE((*writer)->close(ending(RunStatus::finished)));
  }
  const auto all = read(*store, {});
  ASSERT_EQ(all.size(), 1u);
  const StoredSample& got = all[0];
  EXPECT_EQ(got.unit, sample.unit);
  EXPECT_EQ(got.suite, "capitals");
  EXPECT_EQ(got.case_id, "case-3");
  EXPECT_EQ(got.case_digest, sample.kase->digest);
  EXPECT_EQ(got.tags, sample.kase->tags);
  EXPECT_EQ(got.vars, sample.kase->vars);
  EXPECT_EQ(got.messages, sample.kase->messages);
  ASSERT_EQ(got.transcript.messages.size(), 3u);
  EXPECT_EQ(text_of(got.transcript.messages[2]), "Lyon");
  ASSERT_EQ(got.transcript.steps.size(), 1u);
  const Step& stored = got.transcript.steps[0];
  EXPECT_EQ(stored.name, "turn/1");
  EXPECT_EQ(stored.context, 2u);
  const auto& response = std::get<Response>(stored.result);
  EXPECT_EQ(response.raw, std::string("data: \0\xff raw", 12));
  EXPECT_EQ(response.finish, Finish::stop);
  EXPECT_EQ(response.request_id, "req-1");
  EXPECT_EQ(response.served_model, "small-1");
  EXPECT_EQ(response.usage.cached_tokens, 40);
  EXPECT_FALSE(response.usage.reasoning_tokens);
  EXPECT_EQ(response.timings.total, Duration(std::chrono::milliseconds(500)));
  EXPECT_FALSE(response.timings.connect);
  ASSERT_EQ(response.timings.gaps.size(), 2u);
  EXPECT_NEAR(to_ms(response.timings.gaps[1]), 30, 1e-3);
  ASSERT_EQ(stored.attempts.size(), 2u);
  EXPECT_EQ(stored.attempts[0].status, 429);
  ASSERT_TRUE(stored.attempts[0].error);
  EXPECT_EQ(stored.attempts[0].error->kind, ErrorKind::rate_limited);
  EXPECT_EQ(stored.attempts[0].error->hint, "slow down");
  EXPECT_EQ(stored.attempts[1].waited, Duration(std::chrono::seconds(2)));
  EXPECT_FALSE(stored.attempts[1].error);
  ASSERT_EQ(got.scores.size(), 2u);
  EXPECT_EQ(got.scores[0].name, "contains");
  EXPECT_EQ(got.scores[0].score.why, "the answer does not contain 'Paris': Lyon");
  EXPECT_FALSE(std::get<Scored>(got.scores[0].score.state).pass);
  EXPECT_EQ(got.scores[1].metric, "size");
  EXPECT_FALSE(got.scores[1].required);
  EXPECT_EQ(got.scores[1].unit, Unit::chars);
  EXPECT_FALSE(std::get<outcome::Scored>(got.outcome).pass);
}

TEST(Samples, errors_come_back_with_kind_and_hint) {
  const TempDir dir;
  auto store = open(dir / "h.db");
  boost::asio::io_context loop;
  const Error error{ErrorKind::auth, "HTTP 401", "set LLM_KEY"};
  Sample sample = scored_sample({0, 0, 0}, false);
  sample.transcript.steps[0].result = error;
  sample.transcript.steps[0].attempts[0].error = error;
  sample.scores = {{error, ""}, {Unscored{"no number"}, ""}};
  sample.outcome = outcome::EndpointError{error};
  {
    auto writer = store->start(header("r1"), loop.get_executor());
    ASSERT_TRUE(writer);
    give(**writer, sample);
    ASSERT_TRUE((*writer)->close(ending(RunStatus::finished)));
  }
  const auto all = read(*store, {});
  ASSERT_EQ(all.size(), 1u);
  const auto& outcome = std::get<outcome::EndpointError>(all[0].outcome);
  EXPECT_EQ(outcome.error.kind, ErrorKind::auth);
  EXPECT_EQ(outcome.error.message, "HTTP 401");
  EXPECT_EQ(outcome.error.hint, "set LLM_KEY");
  EXPECT_EQ(std::get<Error>(all[0].transcript.steps.at(0).result).hint, "set LLM_KEY");
  EXPECT_EQ(std::get<Error>(all[0].scores.at(0).score.state).kind, ErrorKind::auth);
  EXPECT_EQ(std::get<Unscored>(all[0].scores.at(1).score.state).why, "no number");
}

TEST(Samples, can_be_ordered_filtered_and_stopped) {
  const TempDir dir;
  auto store = open(dir / "h.db");
  boost::asio::io_context loop;
  {
    auto writer = store->start(header("r1"), loop.get_executor());
    ASSERT_TRUE(writer);
    for (std::uint32_t i = 0; i < 6; ++i) give(**writer, scored_sample({0, i, 0}, i != 4));
    ASSERT_TRUE((*writer)->close(ending(RunStatus::finished)));
  }
  struct Row {
    const char* name;
    SampleFilter filter;
    std::vector<std::uint32_t> ordinals;
  };
  const Row rows[] = {
      {"failures first", {}, {4, 0, 1, 2, 3, 5}},
      {"plan order", {{}, {}, false, {}}, {0, 1, 2, 3, 4, 5}},
      {"limit", {{}, {}, true, 2}, {4, 0}},
      {"one case", {"capitals", "case-2", true, {}}, {2}},
      {"another suite", {"rivers", {}, true, {}}, {}},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.name);
    std::vector<std::uint32_t> ordinals;
    for (const StoredSample& sample : read(*store, row.filter)) ordinals.push_back(sample.unit.ordinal);
    EXPECT_EQ(ordinals, row.ordinals);
  }
  int seen = 0;
  ASSERT_TRUE(store->samples("r1", {}, [&](const StoredSample&) { return ++seen < 2; }));
  EXPECT_EQ(seen, 2);
}

TEST(Samples, what_did_not_pass_comes_first_over_all_suites_as_people_changed_it) {
  const TempDir dir;
  auto store = open(dir / "h.db");
  RunHeader run = header("r1");
  run.suites.push_back(run.suites[0]);
  run.suites[1].id = "rivers";
  boost::asio::io_context loop;
  {
    auto writer = store->start(run, loop.get_executor());
    ASSERT_TRUE(writer);
    for (std::uint32_t suite = 0; suite < 2; ++suite) {
      for (std::uint32_t i = 0; i < 5; ++i) {
        Sample sample = scored_sample({suite, i, 0}, i != 3);
        if (i == 1) sample.outcome = outcome::EndpointError{{ErrorKind::unavailable, "HTTP 503"}};
        if (i == 2) sample.outcome = outcome::Unscored{"the judge could not tell"};
        give(**writer, sample);
      }
    }
    ASSERT_TRUE((*writer)->close(ending(RunStatus::finished)));
  }
  const auto listed = [&](const SampleFilter& filter) {
    std::string text;
    for (const StoredSample& sample : read(*store, filter)) {
      text += std::string(1, sample.suite[0]) + std::to_string(sample.unit.ordinal) + " ";
    }
    return text;
  };
  EXPECT_EQ(listed({}), "c3 r3 c2 r2 c1 r1 c0 c4 r0 r4 ");
  EXPECT_EQ(listed({.suite = "rivers"}), "r3 r2 r1 r0 r4 ");
  EXPECT_EQ(listed({.limit = 3}), "c3 r3 c2 ");
  EXPECT_EQ(listed({.case_id = "case-2"}), "c2 r2 ");
  EXPECT_EQ(listed({.suite = "rivers", .case_id = "case-2"}), "r2 ");
  EXPECT_EQ(listed({.suite = "lakes", .case_id = "case-2"}), "");
  EXPECT_EQ(listed({.case_id = "case-9"}), "");
  const ScoreEdit edits[] = {{"capitals", "case-3", 0, "contains", true, std::nullopt, "right", "ana", {5}},
                             {"rivers", "case-4", 0, "contains", false, std::nullopt, "wrong", "ana", {5}}};
  ASSERT_TRUE(store->edit_scores("r1", edits));
  EXPECT_EQ(listed({}), "r3 r4 c2 r2 c1 r1 c0 c3 c4 r0 ");
  EXPECT_EQ(listed({.limit = 2}), "r3 r4 ");
  EXPECT_EQ(listed({.suite = "rivers", .case_id = "case-4"}), "r4 ");
}

TEST(Samples, a_case_is_found_as_soon_as_it_is_there) {
  const TempDir dir;
  auto store = open(dir / "h.db");
  boost::asio::io_context loop;
  auto writer = store->start(header("r1"), loop.get_executor());
  ASSERT_TRUE(writer);
  for (std::uint32_t i = 0; i < 3; ++i) {
    give(**writer, scored_sample({0, i, 0}, true));
    ASSERT_TRUE((*writer)->flush());
    EXPECT_EQ(read(*store, {.case_id = "case-" + std::to_string(i)}).size(), 1u);
  }
  ASSERT_TRUE((*writer)->close(ending(RunStatus::finished)));
  finished_run(*store, header("r2"), 5);
  EXPECT_EQ(read(*store, {.case_id = "case-1"}).size(), 1u);
  EXPECT_EQ(read(*store, {.case_id = "case-4"}).size(), 0u);
}

TEST(Samples, checks_that_differ_by_case_keep_their_names) {
  const TempDir dir;
  auto store = open(dir / "h.db");
  boost::asio::io_context loop;
  {
    auto writer = store->start(header("r1"), loop.get_executor());
    ASSERT_TRUE(writer);
    for (std::uint32_t i = 0; i < 4; ++i) {
      Sample sample = scored_sample({0, i, 0}, true);
      auto kase = std::make_shared<PlannedCase>(*sample.kase);
      if (i % 2 == 1) kase->checks = {check("regex", "pattern"), kase->checks[0]};
      sample.kase = kase;
      give(**writer, sample);
    }
    ASSERT_TRUE((*writer)->close(ending(RunStatus::finished)));
  }
  for (const StoredSample& sample : read(*store, {})) {
    SCOPED_TRACE(sample.case_id);
    ASSERT_EQ(sample.scores.size(), 2u);
    EXPECT_EQ(sample.scores[0].metric, sample.unit.ordinal % 2 == 1 ? "pattern" : "contains");
    EXPECT_EQ(sample.scores[1].metric, sample.unit.ordinal % 2 == 1 ? "contains" : "size");
  }
  auto evidence = store->evidence("r1", {});
  ASSERT_TRUE(evidence);
  const Column* pattern = evidence->suites[0].column("pattern");
  ASSERT_NE(pattern, nullptr);
  EXPECT_EQ(pattern->known, (std::vector<std::uint8_t>{0, 1, 0, 1}));
}

}  // namespace
}  // namespace assay::store
