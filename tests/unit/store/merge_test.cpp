#include "tests/unit/store/judged.hpp"

#include <assay/store/merge.hpp>

#include <array>
#include <filesystem>
#include <map>

namespace assay::store {
namespace {

using test::TempDir;

constexpr std::uint32_t kCases = 12;

/// The samples of case `ordinal`, as any run of the plan would see them.
std::vector<Sample> samples_of(std::uint32_t ordinal) {
  std::vector<Sample> samples;
  for (std::uint32_t sample = 0; sample < 2; ++sample) {
    samples.push_back(scored_sample({0, ordinal, sample}, ordinal % 5 != 0));
    auto& response = std::get<Response>(samples.back().transcript.steps[0].result);
    response.raw = std::string(4000, static_cast<char>('a' + ordinal)) + " shared by all, and long enough to pack";
    response.timings.total = std::chrono::milliseconds(100 + 10 * ordinal + sample);
  }
  return samples;
}

/// Odd ordinals have their checks in another order, so that shards number them differently.
void reorder_checks(std::vector<Sample>& samples) {
  for (Sample& sample : samples) {
    auto kase = std::make_shared<PlannedCase>(*sample.kase);
    std::swap(kase->checks[0], kase->checks[1]);
    std::swap(sample.scores[0], sample.scores[1]);
    sample.kase = kase;
  }
}

class Merge : public ::testing::Test {
 protected:
  /// Shard `index` of `count`, every `count`-th case, in a file of its own.
  std::filesystem::path shard(std::uint32_t index, std::uint32_t count,
                              const std::function<void(RunHeader&)>& change = {}, Ending ending = {},
                              std::string file = {}) {
    if (file.empty()) file = "s" + std::to_string(index) + ".db";
    const auto store = open(dir_ / file);
    RunHeader run = header("shard-" + std::to_string(index) + "-" + std::to_string(++made_), 0);
    run.shard = Shard{index, count};
    run.started = {1'700'000'000'000 + 1000 * index};
    run.suites[0].whole = 2 * kCases;
    run.suites[0].planned = 0;
    for (std::uint32_t i = index - 1; i < kCases; i += count) run.suites[0].planned += 2;
    run.options = R"({"samples":2,"shard":")" + std::to_string(index) + R"(","config":"/machine-)" +
                  std::to_string(index) + R"(/assay.yaml"})";
    if (change) change(run);
    if (ending.wall_s == 0) ending.wall_s = index;
    ending.load = 4;
    ending.warmup = {1, 1, 10, 2, 0.25};
    write_shard(*store, run, ending, index - 1, count);
    return dir_ / file;
  }

  void write_shard(Store& store, const RunHeader& run, const Ending& ending, std::uint32_t first, std::uint32_t step) {
    boost::asio::io_context loop;
    auto writer = store.start(run, loop.get_executor());
    ASSERT_TRUE(writer) << to_string(writer.error());
    (*writer)->limited({"v7", {1'700'000'000'000}, 16, 3, "start"});
    for (std::uint32_t ordinal = first; ordinal < kCases - unrun_; ordinal += step) {
      auto samples = samples_of(ordinal);
      if (ordinal % 2 == 1) reorder_checks(samples);
      for (const Sample& sample : samples) give(**writer, sample);
    }
    auto closed = (*writer)->close(ending);
    ASSERT_TRUE(closed) << to_string(closed.error());
  }

  Error refused(const std::vector<std::filesystem::path>& from) {
    auto merged = merge(from, dir_ / "refused.db", "m1");
    EXPECT_FALSE(merged);
    EXPECT_FALSE(std::filesystem::exists(dir_ / "refused.db")) << "nothing is made of what is refused";
    return merged ? Error{} : merged.error();
  }

  TempDir dir_;
  int made_ = 0;
  std::uint32_t unrun_ = 0;
};

using Row = std::tuple<std::string, Tags, std::string, OutcomeKind, bool>;

std::vector<Row> rows(const SuiteEvidence& suite) {
  std::vector<Row> all;
  for (const SampleRow& row : suite.rows) {
    const auto kase = suite.cases[row.case_index];
    all.emplace_back(kase.id, kase.tags, kase.digest, row.outcome, row.pass);
  }
  return all;
}

using Values = std::map<std::string, std::pair<std::vector<double>, std::vector<std::uint8_t>>>;

Values columns(const SuiteEvidence& suite) {
  Values all;
  for (const Column& column : suite.columns) all[column.metric] = {column.values, column.known};
  return all;
}

RunEvidence evidence(Store& store, const std::string& run) {
  EvidenceQuery query;
  query.digests = true;
  auto found = store.evidence(run, query);
  if (!found) throw std::runtime_error(to_string(found.error()));
  return *found;
}

TEST_F(Merge, gives_the_evidence_of_one_run) {
  auto whole_run = header("whole", 2 * kCases);
  whole_run.suites[0].whole = 2 * kCases;
  const auto one = open(dir_ / "one.db");
  write_shard(*one, whole_run, {}, 0, 1);
  const std::vector shards = {shard(2, 3), shard(3, 3), shard(1, 3)};
  const auto done = merge(shards, dir_ / "out" / "all.db", "m1");
  ASSERT_TRUE(done) << to_string(done.error());

  const auto all = open(dir_ / "out" / "all.db");
  const auto expected = evidence(*one, "whole");
  const auto merged = evidence(*all, "m1");
  EXPECT_EQ(merged.run, "m1");
  EXPECT_EQ(rows(merged.suites.at(0)), rows(expected.suites.at(0)));
  EXPECT_EQ(columns(merged.suites[0]), columns(expected.suites[0]));
  EXPECT_EQ(merged.suites[0].balance.planned, 2u * kCases);
  EXPECT_TRUE(merged.suites[0].balance.holds());
  EXPECT_EQ(merged.suites[0].balance.skipped, 0u);
  EXPECT_EQ(merged.served_models, expected.served_models);
  EXPECT_EQ(merged.timing.e2e_ms.p95, expected.timing.e2e_ms.p95);
  EXPECT_EQ(merged.timing.itl_ms.p50, expected.timing.itl_ms.p50);
  EXPECT_EQ(merged.timing.wall_s, 3) << "they ran side by side";
  EXPECT_EQ(merged.cost.calls, expected.cost.calls + 3) << "the warm-up of each";
  EXPECT_NEAR(*merged.cost.usd, *expected.cost.usd + 0.75, 1e-9);
}

TEST_F(Merge, keeps_every_call_to_the_wire) {
  ASSERT_TRUE(merge(std::vector{shard(1, 2), shard(2, 2)}, dir_ / "all.db", "m1"));
  const auto all = open(dir_ / "all.db");
  std::uint32_t seen = 0;
  const auto done = all->samples("m1", {.failures_first = false}, [&](const StoredSample& sample) {
    const auto original = samples_of(sample.unit.ordinal).at(sample.unit.sample);
    EXPECT_EQ(last_answer(sample.transcript)->raw, last_answer(original.transcript)->raw);
    EXPECT_EQ(sample.messages, original.kase->messages);
    EXPECT_EQ(sample.transcript.steps.at(0).attempts.size(), 1u);
    for (const auto& score : sample.scores) {
      const bool contains = score.metric == "contains";
      const auto& expected = std::get<Scored>(original.scores.at(contains ? 0 : 1).state);
      EXPECT_EQ(std::get<Scored>(score.score.state).value, expected.value) << score.metric;
      EXPECT_EQ(score.required, contains);
    }
    ++seen;
    return true;
  });
  ASSERT_TRUE(done) << to_string(done.error());
  EXPECT_EQ(seen, 2 * kCases);
  EXPECT_EQ(all->limits("m1")->size(), 2u);
}

TEST_F(Merge, makes_a_finished_run_that_is_no_shard) {
  const auto with_meta = [](RunHeader& run) {
    run.meta = {{"commit", "abc"}, {"job", std::to_string(run.shard->index)}};
  };
  ASSERT_TRUE(merge(std::vector{shard(2, 2, with_meta), shard(1, 2, with_meta)}, dir_ / "all.db", "m1"));
  const auto row = open(dir_ / "all.db")->find("latest", false);
  ASSERT_TRUE(row) << to_string(row.error());
  EXPECT_EQ(row->header.id, "m1");
  EXPECT_FALSE(row->header.shard);
  EXPECT_EQ(row->status, RunStatus::finished);
  EXPECT_EQ(row->header.started.unix_ms, 1'700'000'001'000);
  EXPECT_EQ(row->finished, 2u * kCases);
  EXPECT_EQ(row->load, 8u);
  EXPECT_EQ(row->header.concurrency, 32u) << "what the endpoint bore at once";
  EXPECT_EQ(row->header.suites.at(0).planned, 2u * kCases);
  EXPECT_EQ(row->header.meta, (std::vector<std::pair<std::string, std::string>>{{"commit", "abc"}}));
}

TEST_F(Merge, takes_the_newest_set_of_a_file_into_a_history_that_has_runs) {
  const auto elsewhere = [](RunHeader& run) { run.seed = 7; };
  const auto later = [](RunHeader& run) { run.started.unix_ms += 100'000; };
  shard(1, 2, elsewhere, {}, "a.db");
  shard(1, 2, {}, {}, "a.db");
  shard(2, 2, {}, {}, "a.db");
  shard(1, 2, later, {}, "a.db");
  const auto into = open(dir_ / "all.db");
  finished_run(*into, header("old", 3));
  ASSERT_TRUE(merge(std::vector{dir_ / "a.db"}, dir_ / "all.db", "m1"));
  EXPECT_EQ(evidence(*into, "m1").suites[0].rows.size(), 2u * kCases);
  EXPECT_EQ(evidence(*into, "old").suites[0].rows.size(), 3u);
}

TEST_F(Merge, refuses_gaps_and_overlaps_by_name) {
  const auto one = shard(1, 3);
  const auto two = shard(2, 3);
  const auto gap = refused({one, two});
  EXPECT_EQ(gap.kind, ErrorKind::usage);
  EXPECT_NE(gap.message.find("a gap: 3/3 is missing"), std::string::npos) << gap.message;

  const auto again = shard(2, 3, {}, {}, "again.db");
  const auto overlap = refused({one, two, again, shard(3, 3)});
  EXPECT_EQ(overlap.kind, ErrorKind::usage);
  EXPECT_NE(overlap.message.find("shard 2/3 (run shard-2-2 in"), std::string::npos) << overlap.message;
  EXPECT_NE(overlap.message.find("overlap"), std::string::npos) << overlap.message;
  EXPECT_NE(refused({one, one}).message.find("overlap"), std::string::npos);
}

TEST_F(Merge, refuses_a_case_that_two_shards_hold) {
  const auto one = shard(1, 2);
  const auto same_cases = shard(1, 2, [](RunHeader& run) { run.shard->index = 2; }, {}, "b.db");
  const std::vector from = {one, same_cases};
  const auto merged = merge(from, dir_ / "all.db", "m1");
  ASSERT_FALSE(merged);
  EXPECT_EQ(merged.error().kind, ErrorKind::usage);
  EXPECT_EQ(merged.error().message, "two shards hold case 'case-0'");
  EXPECT_EQ(open(dir_ / "all.db")->history(std::nullopt, 10)->size(), 0u) << "as a whole or not at all";
}

TEST_F(Merge, refuses_what_differs_and_names_it) {
  struct Difference {
    std::string says;
    std::function<void(RunHeader&)> change;
  };
  const Difference differences[] = {
      {"suite 'capitals'", [](RunHeader& run) { run.suites[0].digest = "sha256:x"; }},
      {"the prompt of suite 'capitals'", [](RunHeader& run) { run.suites[0].prompt = "sha256:x"; }},
      {"the parameters of suite 'capitals'", [](RunHeader& run) { run.suites[0].params = "sha256:x"; }},
      {"the selection of suite 'capitals'", [](RunHeader& run) { run.suites[0].whole = 99; }},
      {"the model", [](RunHeader& run) { run.model = "large"; }},
      {"the policy", [](RunHeader& run) { run.policy_digest = "sha256:x"; }},
      {"the judges", [](RunHeader& run) { run.judges = {{"strict", "sha256:x", "", "", "", "{}", {}}}; }},
      {"the run whose answers they score", [](RunHeader& run) { run.origin = "r0"; }},
      {"the seed", [](RunHeader& run) { run.seed = 1; }},
      {"the selection by --where and --limit", [](RunHeader& run) { run.limit = 5; }},
      {"the number of shards", [](RunHeader& run) { run.shard->count = 3; }},
      {"the option 'samples'", [](RunHeader& run) { run.options = R"({"samples":3})"; }},
  };
  const auto one = shard(1, 2);
  for (const auto& [says, change] : differences) {
    SCOPED_TRACE(says);
    const auto error = refused({one, shard(2, 2, change, {}, "b" + std::to_string(made_) + ".db")});
    EXPECT_EQ(error.kind, ErrorKind::usage);
    EXPECT_TRUE(error.message.ends_with("differ in " + says)) << error.message;
  }
}

TEST_F(Merge, refuses_a_shard_that_is_not_finished_but_for_a_budget_or_the_breaker) {
  const auto one = shard(1, 2);
  Ending interrupted;
  interrupted.status = RunStatus::interrupted;
  const auto error = refused({one, shard(2, 2, {}, interrupted)});
  EXPECT_EQ(error.kind, ErrorKind::usage);
  EXPECT_NE(error.message.find("is not finished, it is interrupted"), std::string::npos) << error.message;
  EXPECT_NE(error.hint.find("assay run --resume shard-2-2 --store "), std::string::npos) << error.hint;

  Ending spent;
  spent.status = RunStatus::failed;
  spent.spent = "--max-cost 1 USD";
  unrun_ = 2;
  const auto done = merge(std::vector{one, shard(2, 2, {}, spent, "spent.db")}, dir_ / "all.db", "m1");
  ASSERT_TRUE(done) << to_string(done.error());
  const auto merged = evidence(*open(dir_ / "all.db"), "m1");
  EXPECT_EQ(merged.spent, "shard 2/2: --max-cost 1 USD");
  EXPECT_EQ(merged.suites[0].balance.skipped, 2u);
  EXPECT_TRUE(merged.suites[0].balance.holds());
}

TEST_F(Merge, refuses_files_without_shards) {
  finished_run(*open(dir_ / "plain.db"), header("r1"));
  EXPECT_EQ(refused({dir_ / "plain.db"}).kind, ErrorKind::usage);
  EXPECT_EQ(refused({dir_ / "nowhere.db"}).kind, ErrorKind::not_found);
  EXPECT_EQ(refused({}).kind, ErrorKind::usage);
}

TEST_F(Merge, carries_what_judges_and_people_said) {
  std::vector<std::filesystem::path> files;
  for (std::uint32_t index = 1; index <= 2; ++index) {
    files.push_back(dir_ / ("judged-" + std::to_string(index) + ".db"));
    const auto store = open(files.back());
    finished_run(*store, header("earlier"), 2);
    RunHeader run = judged_header("shard-" + std::to_string(index));
    run.shard = Shard{index, 2};
    run.suites[0].planned = 2;
    run.suites[0].whole = 4;
    write(*store, run, {judged_sample({0, index - 1, 0}, false), judged_sample({0, index + 1, 0}, false)});
    const std::string first = "case-" + std::to_string(index - 1);
    const ScoreEdit edit{"capitals", first, 0, "rubric", true, std::nullopt, "fine", "ana", {index}};
    ASSERT_TRUE(store->edit_scores(run.id, std::array{edit}));
    Label label{"capitals", first, run.id, 0, {}, {}, "rubric", true, {}, "ana", {index}};
    ASSERT_TRUE(store->add_labels(std::array{label}));
    Trust trust;
    trust.use = {"strict", "sha256:j", "sha256:p"};
    trust.at = {7};
    ASSERT_TRUE(store->add_trust(trust));
  }
  const auto into = open(dir_ / "all.db");
  write(*into, judged_header("before"), {judged_sample({0, 0, 0}, true)});
  const auto done = merge(files, dir_ / "all.db", "m1");
  ASSERT_TRUE(done) << to_string(done.error());

  std::uint32_t seen = 0;
  ASSERT_TRUE(into->samples("m1", {.failures_first = false}, [&](const StoredSample& sample) {
    const Sample expected = judged_sample({0, seen, 0}, false);
    const auto& asked = sample.transcript.steps.at(1).question;
    EXPECT_TRUE(asked != nullptr && *asked == *expected.transcript.steps[1].question);
    EXPECT_EQ(sample.scores.at(0).score.details, R"({"votes":[5,4]})");
    EXPECT_EQ(std::get<outcome::Scored>(sample.outcome).pass, seen < 2) << "the first of each shard was changed";
    ++seen;
    return true;
  }));
  EXPECT_EQ(seen, 4u);
  EXPECT_EQ(into->evidence("m1", {})->edited, 2u);
  EXPECT_EQ(into->score_edits("m1")->size(), 2u);
  const auto labels = *into->labels("m1");
  ASSERT_EQ(labels.size(), 2u);
  EXPECT_EQ(labels[0].run, "m1");
  EXPECT_EQ(into->trust()->size(), 1u);
  EXPECT_EQ(into->find("m1", false)->header.judges.at(0).digest, "sha256:j");
  EXPECT_EQ(into->find("m1", false)->header.suites.at(0).judged.size(), 1u);
  EXPECT_EQ(into->evidence("before", {})->edited, 0u);
  EXPECT_TRUE(into->cost("m1")->usd);
}

TEST_F(Merge, carries_series_of_baselines_but_no_shard) {
  const auto first = shard(1, 2);
  const auto second = shard(2, 2);
  {
    const auto store = open(first);
    finished_run(*store, header("base"), 2);
    ASSERT_TRUE(store->add_baseline({"main", "base", {5}, "why"}));
    const auto shards = store->find("shard-1-1", false);
    ASSERT_TRUE(shards);
    ASSERT_TRUE(store->add_baseline({"main", "shard-1-1", {6}, ""}));
    finished_run(*open(second), header("base"), 2);
    ASSERT_TRUE(open(second)->add_baseline({"main", "base", {5}, "why"}));
  }
  ASSERT_TRUE(merge(std::array{first, second}, dir_ / "all.db", "m1"));
  const auto into = open(dir_ / "all.db");
  ASSERT_EQ(into->baselines("main")->size(), 1u);
  EXPECT_EQ(into->baselines("main")->front().reason, "why");
  EXPECT_EQ(into->find("main", false)->header.id, "base");
  EXPECT_EQ(into->history(std::nullopt, 100)->size(), 2u);
}

TEST_F(Merge, leaves_the_shards_as_they_are) {
  const std::vector shards = {shard(1, 2), shard(2, 2)};
  ASSERT_TRUE(merge(shards, dir_ / "all.db", "m1"));
  ASSERT_TRUE(merge(shards, dir_ / "all.db", "m2"));
  const auto all = open(dir_ / "all.db");
  EXPECT_EQ(rows(evidence(*all, "m1").suites[0]), rows(evidence(*all, "m2").suites[0]));
}

}  // namespace
}  // namespace assay::store
