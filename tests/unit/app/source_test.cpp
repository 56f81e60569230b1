/// The units of a run: in order, once each, over shards, resumes and two runs side by side.

#include "runner/app/source.hpp"

#include "tests/support/temp_dir.hpp"

#include <assay/core/evidence.hpp>

#include <gtest/gtest.h>

#include <set>

namespace assay::app {
namespace {

constexpr int kRecords = 200;

std::string record(int number, const std::string& topic = "t") {
  return R"({"id": "case-)" + std::to_string(number) + R"(", "n": )" + std::to_string(number) + R"(, "topic": ")" +
         topic + "\"}\n";
}

class Source : public ::testing::Test {
 protected:
  Source() {
    write_records(kRecords);
    suite_ = folder_.write("suite.yaml",
                           "version: 1\nsuite: questions\ndataset: {file: data.jsonl, tags: [topic]}\n"
                           "messages: [{user: \"Question {{n}}?\"}]\n"
                           "defaults: {samples: 2, checks: [{contains: \"{{n}}\"}]}\n"
                           "cases: [{id: inline, vars: {n: 0}}]\n");
  }

  void write_records(int count) const {
    std::string records;
    for (int i = 1; i <= count; ++i) records += record(i);
    folder_.write("data.jsonl", records);
  }

  [[nodiscard]] Plan plan(const Selection& selection = {}) const {
    Diagnostics diagnostics;
    auto made = make_plan({suite_}, candidate_, selection, diagnostics);
    EXPECT_TRUE(made) << to_string(diagnostics.errors().front());
    return made ? *std::move(made) : Plan{};
  }

  static std::vector<WorkUnit> drain(exec::UnitSource& source) {
    std::vector<WorkUnit> units;
    while (true) {
      auto next = source.next();
      EXPECT_TRUE(next) << to_string(next.error());
      if (!next || !*next) return units;
      units.push_back(**next);
    }
  }

  [[nodiscard]] std::vector<WorkUnit> units(const Selection& selection, std::vector<UnitId> done = {}) const {
    const auto planned = plan(selection);
    auto all = drain(*make_source(planned, candidate_, selection, std::move(done)));
    return all;
  }

  [[nodiscard]] std::set<std::string> cases(const Selection& selection) const {
    std::set<std::string> ids;
    for (const auto& unit : units(selection)) ids.insert(unit.kase->id);
    return ids;
  }

  test::TempDir folder_;
  std::filesystem::path suite_;
  Candidate candidate_;
};

TEST_F(Source, shards_hold_every_case_once_and_alike) {
  constexpr std::uint32_t kShards = 4;
  std::set<std::string> all;
  std::size_t sum = 0;
  for (std::uint32_t k = 1; k <= kShards; ++k) {
    Selection selection;
    selection.shard = store::Shard{k, kShards};
    const auto some = cases(selection);
    EXPECT_GT(some.size(), kRecords / kShards / 2) << "a shard of " << some.size();
    sum += some.size();
    all.insert(some.begin(), some.end());
    const auto planned = plan(selection);
    EXPECT_EQ(planned.cases, some.size());
    EXPECT_EQ(planned.units, 2 * some.size());
    EXPECT_EQ(planned.whole, 2U * (kRecords + 1));
    EXPECT_EQ(planned.suites.at(0).digest, plan().suites.at(0).digest) << "a shard is a part of the same suite";
  }
  EXPECT_EQ(sum, kRecords + 1U);
  EXPECT_EQ(all.size(), sum);
}

TEST_F(Source, another_case_moves_no_other) {
  Selection selection;
  selection.shard = store::Shard{2, 3};
  const auto before = cases(selection);
  write_records(kRecords + 50);
  const auto after = cases(selection);
  for (const auto& id : before) EXPECT_TRUE(after.contains(id)) << id;
}

// Drawn once: another machine, or another version, must draw the same.
TEST(Shards, are_drawn_from_the_ids_alone) {
  std::string drawn;
  for (const auto* id : {"fr", "jp", "de", "br", "in", "za", "nz", "ca"}) {
    for (std::uint32_t k = 1; k <= 5; ++k) {
      Selection selection;
      selection.shard = store::Shard{k, 5};
      if (selection.has("capitals", id)) drawn += std::to_string(k);
    }
  }
  EXPECT_EQ(drawn, "52223541");
}

TEST_F(Source, a_limit_is_shared_by_the_shards) {
  Selection limited;
  limited.limit = 40;
  const auto wanted = cases(limited);
  EXPECT_EQ(wanted.size(), 40U);
  std::set<std::string> all;
  for (std::uint32_t k = 1; k <= 3; ++k) {
    limited.shard = store::Shard{k, 3};
    all.merge(cases(limited));
  }
  EXPECT_EQ(all, wanted);
}

TEST_F(Source, what_is_done_is_not_handed_out_again) {
  Selection selection;
  selection.limit = 10;
  const auto all = units(selection);
  ASSERT_EQ(all.size(), 20U);
  std::vector<UnitId> done;
  std::vector<UnitId> wanted;
  for (std::size_t i = 0; i < all.size(); ++i) (i % 3 == 0 ? done : wanted).push_back(all[i].id);
  std::vector<UnitId> rest;
  for (const auto& unit : units(selection, done)) rest.push_back(unit.id);
  EXPECT_EQ(rest, wanted);
}

TEST_F(Source, a_record_that_changes_between_the_passes_is_noticed) {
  const Selection selection{{{"topic", "t"}}, {}, {}};
  const auto planned = plan(selection);
  std::string records;
  for (int i = 1; i <= kRecords; ++i) {
    records += i == 100 ? R"({"id": "case-100", "n": 7, "topic": "t"})"
                          "\n"
                        : record(i);
  }
  folder_.write("data.jsonl", records);
  const auto source = make_source(planned, candidate_, selection, {});
  auto next = source->next();
  while (next && *next) next = source->next();
  ASSERT_FALSE(next);
  EXPECT_NE(next.error().message.find("'questions' changed during the run"), std::string::npos) << next.error().message;
}

TEST_F(Source, a_record_that_is_gone_is_noticed) {
  const Selection selection;
  const auto planned = plan(selection);
  write_records(kRecords - 1);
  const auto source = make_source(planned, candidate_, selection, {});
  auto next = source->next();
  while (next && *next) next = source->next();
  ASSERT_FALSE(next);
  EXPECT_NE(next.error().message.find("changed during the run"), std::string::npos) << next.error().message;
}

TEST_F(Source, warm_up_begins_with_the_first_units_and_begins_again) {
  Selection selection;
  selection.limit = 2;
  const auto planned = plan(selection);
  const auto warmup = warmup_units(planned, candidate_, selection, 6, 1);
  ASSERT_TRUE(warmup);
  std::string ids;
  for (const auto& unit : *warmup) {
    ids += unit.kase->id + " ";
    EXPECT_EQ(unit.side, 1U);
  }
  EXPECT_EQ(ids, "inline inline case-1 case-1 inline inline ");
}

TEST_F(Source, parts_of_a_plan_make_the_whole_of_it) {
  const Selection selection;
  const auto planned = plan(selection);
  std::set<UnitId> all;
  std::size_t sum = 0;
  double from = 0;
  for (const double to : {0.3, 0.7, 1.0}) {
    Pass pass;
    pass.has = [&](const PlannedSuite& suite, const PlannedCase& kase) {
      const double place = position(5, suite.suite.id, kase.id);
      return from <= place && place < to;
    };
    const auto some = drain(*make_source(planned, candidate_, selection, {}, pass));
    EXPECT_NEAR(static_cast<double>(some.size()), (to - from) * 2 * (kRecords + 1), 40) << "up to " << to;
    for (const auto& unit : some) all.insert(unit.id);
    sum += some.size();
    from = to;
  }
  EXPECT_EQ(sum, planned.units);
  EXPECT_EQ(all.size(), sum) << "a unit was handed out twice";
}

TEST_F(Source, a_part_skips_what_is_done_in_it) {
  Selection selection;
  selection.limit = 6;
  const auto planned = plan(selection);
  const Pass even{.has = [](const PlannedSuite&, const PlannedCase& kase) { return kase.row % 2 == 0; }};
  const auto all = drain(*make_source(planned, candidate_, selection, {}, even));
  std::vector<UnitId> done;  // of every part, as a history gives it
  for (const auto& unit : units(selection)) {
    if (unit.id.sample == 0) done.push_back(unit.id);
  }
  const auto rest = drain(*make_source(planned, candidate_, selection, done, even));
  EXPECT_EQ(2 * rest.size(), all.size());
  for (const auto& unit : rest) EXPECT_EQ(unit.id.sample, 1U);
}

TEST_F(Source, a_round_of_repeats_is_one_more_sample_of_each_case) {
  Selection selection;
  selection.limit = 5;
  const auto planned = plan(selection);
  for (const std::uint32_t round : {1U, 2U, 3U}) {
    const Pass pass{.has = [](const PlannedSuite&, const PlannedCase& kase) { return kase.id != "case-2"; },
                    .round = round};
    const auto some = drain(*make_source(planned, candidate_, selection, {}, pass));
    EXPECT_EQ(some.size(), 4U);
    for (const auto& unit : some) EXPECT_EQ(unit.id.sample, 1 + round) << "the plan has the samples 0 and 1";
  }
}

TEST_F(Source, a_part_notices_a_change_in_what_it_leaves_out) {
  const Selection selection;
  const auto planned = plan(selection);
  std::string records;
  for (int i = 1; i <= kRecords; ++i) {
    records += i == 100 ? R"({"id": "case-100", "n": 7, "topic": "t"})"
                          "\n"
                        : record(i);
  }
  folder_.write("data.jsonl", records);
  const Pass one{.has = [](const PlannedSuite&, const PlannedCase& kase) { return kase.id == "case-3"; }};
  const auto source = make_source(planned, candidate_, selection, {}, one);
  auto next = source->next();
  while (next && *next) next = source->next();
  EXPECT_FALSE(next) << "the next part would not be what was planned";
}

// `A0 B0`: which side, and which sample of which case.
std::string written(const std::vector<WorkUnit>& units) {
  std::string text;
  for (const auto& unit : units) {
    text += (unit.side == 0 ? "A" : "B") + std::to_string(unit.id.ordinal) + "." + std::to_string(unit.id.sample) + " ";
  }
  return text;
}

TEST_F(Source, a_pair_alternates_who_goes_first) {
  Selection selection;
  selection.limit = 2;
  const auto planned = plan(selection);
  const auto pair = make_pair_source(make_source(planned, candidate_, selection, {}),
                                     make_source(planned, candidate_, selection, {}));
  EXPECT_EQ(written(drain(*pair)), "A0.0 B0.0 B0.1 A0.1 A1.0 B1.0 B1.1 A1.1 ");
}

TEST_F(Source, a_resumed_pair_meets_again_where_both_have_work) {
  Selection selection;
  selection.limit = 3;
  const auto planned = plan(selection);
  const auto pair = make_pair_source(make_source(planned, candidate_, selection, {{0, 0, 0}, {0, 0, 1}, {0, 1, 1}}),
                                     make_source(planned, candidate_, selection, {{0, 0, 0}, {0, 2, 0}, {0, 2, 1}}));
  EXPECT_EQ(written(drain(*pair)), "B0.1 A1.0 B1.0 B1.1 A2.0 A2.1 ");
}

}  // namespace
}  // namespace assay::app
