#include <assay/core/json.hpp>
#include <assay/judges/summary.hpp>
#include <assay/stats/agreement.hpp>

#include <gtest/gtest.h>

namespace assay::judges {
namespace {

Score scored(double value, const Json& details = Json()) {
  return {.state = Scored{value, value >= 0.5}, .why = {}, .details = details.is_null() ? "" : details.dump()};
}

MetricFacts classified(const std::vector<std::string>& expected, const std::vector<std::string>& predicted) {
  MetricSummary summary;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    Json details = {{"expected", expected[i]}, {"predicted", nullptr}};
    if (!predicted[i].empty()) details["predicted"] = predicted[i];
    summary.add(std::to_string(i), scored(expected[i] == predicted[i] ? 1 : 0, details));
  }
  return summary.result();
}

TEST(ClassificationSummary, gives_what_scikit_learn_gives) {
  // The examples of sklearn.metrics.f1_score, confusion_matrix and matthews_corrcoef.
  const auto f1 = classified({"0", "1", "2", "0", "1", "2"}, {"0", "2", "1", "0", "0", "1"}).classification;
  ASSERT_TRUE(f1);
  EXPECT_NEAR(f1->macro_f1, 0.26666666666666666, 1e-12);
  EXPECT_NEAR(f1->accuracy, 2.0 / 6, 1e-12);
  EXPECT_NEAR(f1->mcc.value(), 0, 1e-12);

  const auto matrix = classified({"2", "0", "2", "2", "0", "1"}, {"0", "0", "2", "2", "0", "2"}).classification;
  EXPECT_EQ(matrix->labels, (std::vector<std::string>{"0", "1", "2"}));
  EXPECT_EQ(matrix->counts, (std::vector<std::uint64_t>{2, 0, 0, 0, 0, 0, 1, 0, 1, 0, 2, 0}));
  EXPECT_NEAR(matrix->macro_f1, (0.8 + 0 + 2.0 / 3) / 3, 1e-12);
  EXPECT_NEAR(matrix->mcc.value(), 9 / std::sqrt(396.0), 1e-12);

  const auto mcc = classified({"+1", "+1", "+1", "-1"}, {"+1", "-1", "+1", "+1"}).classification;
  EXPECT_NEAR(mcc->mcc.value(), -1.0 / 3, 1e-12);
}

TEST(ClassificationSummary, an_answer_without_a_label_is_wrong_for_its_own_label_only) {
  const auto facts = classified({"a", "a", "b", "b"}, {"a", "", "b", "b"}).classification;
  EXPECT_EQ(facts->labels, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(facts->counts, (std::vector<std::uint64_t>{1, 0, 1, 0, 2, 0}));
  EXPECT_DOUBLE_EQ(facts->accuracy, 0.75);
  EXPECT_DOUBLE_EQ(facts->macro_f1, (2.0 / 3 + 1) / 2);
  EXPECT_NEAR(facts->mcc.value(), 6 / std::sqrt(80.0), 1e-12);  // (3·4 − 6) / √((16 − 6)(16 − 8))
  EXPECT_FALSE(classified({"a", "a"}, {"a", "b"}).classification->mcc);
  EXPECT_FALSE(classified({}, {}).classification);
}

TEST(ClassificationSummary, keeps_a_bounded_number_of_labels) {
  MetricSummary summary;
  for (std::size_t i = 0; i < kMostLabels + 10; ++i) {
    const auto label = std::to_string(i);
    summary.add(label, scored(1, {{"expected", label}, {"predicted", label}}));
  }
  const auto facts = summary.result().classification;
  EXPECT_EQ(facts->labels.size(), kMostLabels);
  EXPECT_EQ(facts->left_out, 10u);
  EXPECT_EQ(facts->samples, kMostLabels);
}

MetricFacts panel_of(const std::vector<std::vector<double>>& units, const char* key) {
  MetricSummary summary;
  for (std::size_t i = 0; i < units.size(); ++i) {
    Json given = Json::array();
    Json votes = Json::array();
    for (const double value : units[i]) {
      given.push_back(value < 0 ? Json() : Json(value));
      votes.push_back(value < 0 ? Json() : Json(value > 0));
    }
    summary.add(std::to_string(i), scored(1, {{key, given}, {"votes", votes}}));
  }
  return summary.result();
}

TEST(PanelSummary, gives_the_published_alphas) {
  // Krippendorff 2011, "Computing Krippendorff's Alpha-Reliability": B (binary, two observers) and D (four, with gaps).
  const std::vector<std::vector<double>> binary{{0, 1}, {1, 1}, {0, 1}, {0, 0}, {0, 0},
                                                {0, 1}, {0, 0}, {0, 0}, {1, 0}, {0, 0}};
  const auto two = panel_of(binary, "values").panel;
  ASSERT_TRUE(two);
  EXPECT_NEAR(two->alpha.value(), 0.095, 0.0005);
  EXPECT_NEAR(two->alpha.value(), stats::krippendorff_alpha(binary, stats::AlphaLevel::nominal).value(), 1e-12);
  EXPECT_EQ(two->samples, 10u);
  EXPECT_EQ(two->unanimous, 6u);
  EXPECT_DOUBLE_EQ(two->agreement.value(), 0.6);

  const std::vector<std::vector<double>> gaps{{1, 1, -1, 1}, {2, 2, 3, 2},  {3, 3, 3, 3},   {3, 3, 3, 3},
                                              {2, 2, 2, 2},  {1, 2, 3, 4},  {4, 4, 4, 4},   {1, 1, 2, 1},
                                              {2, 2, 2, 2},  {-1, 5, 5, 5}, {-1, -1, 1, 1}, {-1, 3, -1, -1}};
  EXPECT_NEAR(panel_of(gaps, "values").panel->value_alpha.value(), 0.849, 0.0005);
}

TEST(PanelSummary, has_no_alpha_where_all_say_the_same) {
  const auto facts = panel_of({{1, 1}, {1, 1}}, "values").panel;
  EXPECT_FALSE(facts->alpha);
  EXPECT_DOUBLE_EQ(facts->agreement.value(), 1);
  EXPECT_FALSE(panel_of({{1, -1}}, "values").panel->agreement);
}

Json pair(const std::string& ab, const std::string& ba) {
  return {{"orders", {ab, ba}}, {"winner", ab == ba ? ab : "tie"}, {"consistent", ab == ba}};
}

TEST(PairwiseSummary, counts_wins_ties_and_what_the_order_decided) {
  MetricSummary summary;
  int id = 0;
  const auto add = [&](int times, const std::string& ab, const std::string& ba) {
    for (int i = 0; i < times; ++i) summary.add(std::to_string(id++), scored(0, pair(ab, ba)));
  };
  add(7, "a", "a");
  add(3, "b", "b");
  add(2, "tie", "tie");
  add(5, "a", "b");    // the first place both times
  add(1, "b", "a");    // the second
  add(2, "a", "tie");  // the first place once
  const auto facts = summary.result().pairwise;
  ASSERT_TRUE(facts);
  EXPECT_EQ(facts->samples, 20u);
  EXPECT_EQ(facts->wins, 7u);
  EXPECT_EQ(facts->losses, 3u);
  EXPECT_EQ(facts->ties, 10u);
  EXPECT_DOUBLE_EQ(facts->win_rate.value(), 0.7);
  EXPECT_NEAR(facts->interval->low, 0.3968, 0.0001);  // Wilson's for 7 of 10
  EXPECT_NEAR(facts->interval->high, 0.8922, 0.0001);
  EXPECT_DOUBLE_EQ(facts->position_consistency.value(), 12.0 / 20);
  EXPECT_DOUBLE_EQ(facts->first_preference.value(), 12.0 / 14);
}

TEST(PairwiseSummary, samples_make_no_cases) {
  MetricSummary summary;
  for (int i = 0; i < 10; ++i) summary.add("one", scored(1, pair("a", "a")));
  for (int i = 0; i < 10; ++i) summary.add("two", scored(1, pair("b", "b")));
  const auto facts = summary.result().pairwise;
  EXPECT_DOUBLE_EQ(facts->win_rate.value(), 0.5);
  EXPECT_NEAR(facts->interval->low, stats::wilson(1, 2, 0.05).low, 1e-12);
  MetricSummary ties;
  ties.add("one", scored(0.5, pair("tie", "tie")));
  EXPECT_FALSE(ties.result().pairwise->win_rate);
  EXPECT_FALSE(ties.result().pairwise->first_preference);
}

TEST(CascadeSummary, counts_how_often_the_second_judge_was_needed) {
  MetricSummary summary;
  for (int i = 0; i < 5; ++i) summary.add(std::to_string(i), scored(1, {{"escalated", i < 2}, {"first", 0.5}}));
  const auto facts = summary.result().cascade;
  EXPECT_EQ(facts->samples, 5u);
  EXPECT_EQ(facts->escalated, 2u);
}

struct VarianceRow {
  std::vector<std::vector<std::vector<double>>> cases;  // answers of a case, members of a panel on an answer
  std::optional<double> judge;
  std::optional<double> answer;
  std::optional<double> between;
};

TEST(VarianceSplit, gives_each_level_its_own) {
  const std::vector<VarianceRow> rows{
      {{{{0, 2}, {2, 4}}, {{10, 12}, {12, 14}}}, 2, 1, 49},
      {{{{1}, {3}}, {{9}, {11}}}, std::nullopt, 2, 31},  // one judge: its variance is in the answer's
      {{{{0, 1}}, {{1, 1}}}, 0.25, std::nullopt, 0},     // one sample a case
      {{{{1}}, {{3}}, {{5}}}, std::nullopt, std::nullopt, 4},
      {{{{1}}}, std::nullopt, std::nullopt, std::nullopt},
      {{{{0, 1}, {0, 1}}}, 0.5, 0, std::nullopt},
  };
  for (const auto& row : rows) {
    MetricSummary summary;
    for (std::size_t i = 0; i < row.cases.size(); ++i) {
      for (const auto& values : row.cases[i]) {
        const Json details = values.size() > 1 ? Json{{"values", values}} : Json();
        summary.add(std::to_string(i), scored(values.front(), details));
      }
    }
    const auto split = summary.result().variance;
    EXPECT_EQ(split.judge, row.judge);
    EXPECT_EQ(split.answer, row.answer);
    EXPECT_EQ(split.cases, row.between);
  }
}

TEST(MetricSummary, leaves_out_what_it_cannot_read) {
  MetricSummary summary;
  for (const std::string details :
       {"", "null", "[]", "{", "{\"votes\": 1}", "{\"orders\": [\"a\"], \"winner\": \"a\"}",
        "{\"orders\": [1, 2], \"winner\": \"a\"}", "{\"expected\": 1, \"predicted\": 2}", "{\"escalated\": \"yes\"}"}) {
    summary.add("x", {.state = Scored{1, true}, .why = {}, .details = details});
  }
  summary.add("x", {.state = Unscored{"?"}, .why = {}, .details = {}});
  const auto facts = summary.result();
  EXPECT_EQ(facts.samples, 10u);
  EXPECT_EQ(facts.told, 9u);
  EXPECT_FALSE(facts.classification);
  EXPECT_FALSE(facts.panel);
  EXPECT_FALSE(facts.pairwise);
  EXPECT_FALSE(facts.cascade);
}

}  // namespace
}  // namespace assay::judges
