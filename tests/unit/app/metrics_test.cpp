#include "runner/app/metrics.hpp"

#include <gtest/gtest.h>

namespace assay::app {
namespace {

struct Case {
  std::string samples;  ///< p passes, f fails, u unscored, e errored
  std::string topic;    ///< empty: without the tag
};

SuiteEvidence suite_of(const std::vector<Case>& cases) {
  SuiteEvidence suite;
  suite.id = "support";
  Column polite{"polite", Unit::share, Direction::up, {}, {}};
  Column pass{"polite.pass", Unit::share, Direction::up, {}, {}};
  for (std::uint32_t at = 0; at < cases.size(); ++at) {
    const Tags tags = cases[at].topic.empty() ? Tags{} : Tags{{"topic", cases[at].topic}};
    suite.cases.add(at, "c" + std::to_string(at), "", "", tags);
    for (const char c : cases[at].samples) {
      const bool scored = c == 'p' || c == 'f';
      const auto kind = scored ? OutcomeKind::scored : c == 'u' ? OutcomeKind::unscored : OutcomeKind::endpoint_error;
      suite.rows.push_back({at, kind, c == 'p'});
      polite.values.push_back(c == 'p' ? 0.75 : 0.25);
      polite.known.push_back(scored ? 1 : c == 'u' ? 2 : 0);
      pass.values.push_back(c == 'p' ? 1 : 0);
      pass.known.push_back(polite.known.back());
      suite.balance.unscored += c == 'u' ? 1 : 0;
    }
  }
  suite.columns = {polite, pass};
  suite.judged = {{"polite", true, {"strict", "", ""}, "m"}};
  return suite;
}

store::StoredSuite stored() {
  store::StoredSuite suite;
  suite.id = "support";
  suite.metrics = {{"polite", Unit::share, Direction::up}};
  return suite;
}

TEST(Metrics, micro_is_over_cases_and_macro_over_the_values_of_a_tag) {
  // Topics: a has 1, 1, 1, 0 (mean 3/4), b has 1/2 (mean 1/2), and a case without the tag has 0.
  const auto suite = suite_of({{"pp", "a"}, {"pp", "a"}, {"pp", "a"}, {"ff", "a"}, {"pf", "b"}, {"fu", ""}});
  const auto view = metrics_of(suite, stored(), "topic");
  EXPECT_EQ(view.cases, 6u);
  EXPECT_EQ(view.samples, 2u);
  EXPECT_EQ(view.values, 3u);
  ASSERT_EQ(view.lines.size(), 2u);
  const auto& rate = view.lines[0];
  EXPECT_EQ(rate.metric, "pass_rate");
  EXPECT_NEAR(*rate.micro, 3.5 / 6, 1e-12);
  EXPECT_NEAR(*rate.macro, (0.75 + 0.5 + 0) / 3, 1e-12);
  EXPECT_EQ(rate.cases, 6u);
  EXPECT_EQ(rate.unscored, 1u);
  const auto& polite = view.lines[1];
  EXPECT_TRUE(polite.judged);
  EXPECT_NEAR(*polite.micro, (3 * 0.75 + 0.25 + 0.5 + 0.25) / 6, 1e-12);
  EXPECT_NEAR(*polite.passing, 3.5 / 6, 1e-12);
  EXPECT_EQ(polite.unscored, 1u);
  EXPECT_FALSE(metrics_of(suite, stored(), std::nullopt).lines[0].macro);
}

TEST(Metrics, of_a_suite_where_nothing_was_scored_are_absent) {
  const auto view = metrics_of(suite_of({{"e", "a"}, {"u", "a"}}), stored(), "topic");
  for (const auto& line : view.lines) {
    EXPECT_FALSE(line.micro) << line.metric;
    EXPECT_FALSE(line.macro) << line.metric;
    EXPECT_EQ(line.cases, 0u) << line.metric;
  }
  EXPECT_TRUE(view.repeats.empty());
}

TEST(Metrics, repeats_are_over_the_cases_that_have_so_many_scored_samples) {
  // c of n: 4 of 4, 2 of 4, 0 of 4, and 1 of 2 scored
  const auto view = metrics_of(suite_of({{"pppp", ""}, {"pfpf", ""}, {"ffff", ""}, {"pfue", ""}}), stored(), {});
  ASSERT_EQ(view.repeats.size(), 4u);
  EXPECT_EQ(view.repeats[0].cases, 4u);
  EXPECT_NEAR(view.repeats[0].any_pass, (1 + .5 + 0 + .5) / 4, 1e-12);
  EXPECT_NEAR(view.repeats[1].any_pass, (1 + 5.0 / 6 + 0 + 1) / 4, 1e-12);
  EXPECT_NEAR(view.repeats[1].all_pass, (1 + 1.0 / 6 + 0 + 0) / 4, 1e-12);
  EXPECT_EQ(view.repeats[3].cases, 3u) << "two scored samples say nothing of four";
  EXPECT_NEAR(view.repeats[3].all_pass, 1.0 / 3, 1e-12);
}

TEST(Metrics, summaries_are_said_in_sentences_and_kept_in_numbers) {
  judges::MetricFacts facts;
  EXPECT_FALSE(summary_of("polite", facts)) << "the mean says it all";
  facts.panel = judges::PanelSummary{120, 80, 0.91, 0.71, std::nullopt};
  facts.cascade = judges::CascadeSummary{120, 30};
  facts.pairwise = judges::PairwiseSummary{20, 12, 3, 5, 0.706, stats::Interval{0.469, 0.867}, 0.85, 0.6};
  const auto view = summary_of("polite", facts);
  ASSERT_TRUE(view);
  const std::vector<std::string> expected = {
      "panel: unanimous on 80 of 120 samples, 91.0 % of the pairs of members agree, Krippendorff's α 0.710 over votes",
      "pairwise: 12 won, 3 tied, 5 lost; win rate without ties 70.6 % [46.9 %, 86.7 %]",
      "both orders agree on 85.0 %; where they do not, the first place won 60.0 % (50 % is no preference)",
      "cascade: the second judge was asked on 30 of 120 samples, and saved on 75.0 %"};
  EXPECT_EQ(view->facts, expected);
  EXPECT_TRUE(view->data["panel"]["value_alpha"].is_null());
  EXPECT_EQ(view->data["cascade"]["saved"], 0.75);
}

}  // namespace
}  // namespace assay::app
