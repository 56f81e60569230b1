#include "tests/unit/store/fixture.hpp"

#include <array>

namespace assay::store {
namespace {

using test::TempDir;

class CasesOverRuns : public ::testing::Test {
 protected:
  /// Samples of the cases with these ordinals; those of `failing` fail.
  void add(const std::string& id, const std::vector<std::uint32_t>& ordinals, std::vector<std::uint32_t> failing = {},
           const std::function<void(RunHeader&)>& change = {}, const std::function<void(Sample&)>& edit = {}) {
    RunHeader run = header(id);
    run.started.unix_ms += ++started_;
    if (change) change(run);
    boost::asio::io_context loop;
    auto writer = store_->start(run, loop.get_executor());
    ASSERT_TRUE(writer) << to_string(writer.error());
    for (std::uint32_t place = 0; place < ordinals.size(); ++place) {
      for (std::uint32_t sample = 0; sample < 2; ++sample) {
        const bool fails = std::erase(failing, ordinals[place]) > 0;
        Sample scored = scored_sample({0, ordinals[place], sample}, !fails);
        scored.unit.ordinal = place;  // the case stands at another place in this run
        if (edit) edit(scored);
        give(**writer, scored);
      }
    }
    ASSERT_TRUE((*writer)->close(ending(status_)));
  }

  std::vector<std::string> read(std::uint64_t runs = 5, std::size_t most = 100) {
    std::vector<std::string> lines;
    const auto done = store_->case_history("capitals", runs, [&](const CaseHistory& history) {
      EXPECT_EQ(history.suite, "capitals");
      EXPECT_FALSE(history.digest.empty());
      std::string line = history.case_id + ":";
      for (const auto& run : history.runs) {
        line += " " + run.run + "=" + std::to_string(run.passed) + "/" + std::to_string(run.scored);
      }
      lines.push_back(line);
      return lines.size() < most;
    });
    EXPECT_TRUE(done) << to_string(done.error());
    return lines;
  }

  TempDir dir_;
  std::unique_ptr<Store> store_ = open(dir_ / "h.db");
  RunStatus status_ = RunStatus::finished;
  int started_ = 0;
};

using Lines = std::vector<std::string>;

TEST_F(CasesOverRuns, are_not_forgotten_for_a_run_of_a_part_of_the_suite) {
  add("r1", {0, 1, 2, 3});
  add("r2", {0, 1, 2});  // whole: case 3 was taken out
  add("r3", {2}, {2}, [](RunHeader& run) { run.limit = 1; });
  add("r4", {1, 0}, {}, [](RunHeader& run) { run.where = {{"continent", "asia"}}; });
  EXPECT_EQ(read(),
            (Lines{"case-1: r1=2/2 r2=2/2 r4=2/2", "case-0: r1=2/2 r2=2/2 r4=2/2", "case-2: r1=2/2 r2=2/2 r3=1/2"}));
  EXPECT_EQ(read(2), (Lines{"case-1: r4=2/2", "case-0: r4=2/2", "case-2: r3=1/2"}));
}

TEST_F(CasesOverRuns, are_matched_by_id_in_the_order_of_the_newest_run) {
  add("r1", {0, 1, 2}, {1});
  add("r2", {2, 0, 5});
  add("r3", {3, 2, 1}, {2});
  EXPECT_EQ(read(), (Lines{"case-3: r3=2/2", "case-2: r1=2/2 r2=2/2 r3=1/2", "case-1: r1=1/2 r3=2/2"}));
  EXPECT_EQ(read(2), (Lines{"case-3: r3=2/2", "case-2: r2=2/2 r3=1/2", "case-1: r3=2/2"}));
  EXPECT_EQ(read(2, 1), (Lines{"case-3: r3=2/2"}));
}

TEST_F(CasesOverRuns, of_another_digest_are_left_out) {
  add("r1", {0, 1});
  add("r2", {0, 1}, {}, {}, [](Sample& sample) {
    auto kase = std::make_shared<PlannedCase>(*sample.kase);
    if (sample.unit.ordinal == 1) kase->digest = "sha256:changed";
    sample.kase = kase;
  });
  EXPECT_EQ(read(), (Lines{"case-0: r1=2/2 r2=2/2", "case-1: r2=2/2"}));
}

TEST_F(CasesOverRuns, come_from_finished_measured_runs_of_the_suite_only) {
  add("r1", {0});
  add("scored", {0}, {}, [](RunHeader& run) { run.kind = RunKind::scored; });
  add("calibration", {0}, {}, [](RunHeader& run) { run.kind = RunKind::calibration; });
  add("elsewhere", {0}, {}, [](RunHeader& run) { run.suites[0].id = "rivers"; });
  status_ = RunStatus::interrupted;
  add("interrupted", {0});
  EXPECT_EQ(read(), (Lines{"case-0: r1=2/2"}));
}

TEST_F(CasesOverRuns, count_scored_samples_as_people_changed_them) {
  add("r1", {0, 1, 2}, {1}, {}, [](Sample& sample) {
    if (sample.unit.ordinal == 2) sample.outcome = outcome::Unscored{"the judge could not tell"};
  });
  const ScoreEdit edit{"capitals", "case-0", 1, "contains", false, std::nullopt, "no", "ana", {5}};
  ASSERT_TRUE(store_->edit_scores("r1", std::array{edit}));
  EXPECT_EQ(read(), (Lines{"case-0: r1=1/2", "case-1: r1=1/2", "case-2:"}));
}

TEST_F(CasesOverRuns, are_none_without_a_run) {
  EXPECT_EQ(read(), Lines{});
  add("r1", {0});
  EXPECT_EQ(read(0), Lines{});
}

}  // namespace
}  // namespace assay::store
