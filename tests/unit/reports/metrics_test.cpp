#include "reports/display.hpp"
#include "tests/support/golden.hpp"

#include <assay/reports/metrics.hpp>

#include <sstream>

namespace assay::reports {
namespace {

using test::expect_golden;

void expect_width(const std::string& text, int width) {
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) EXPECT_LE(display_width(line), width) << line;
}

SuiteMetricsView support() {
  SuiteMetricsView view;
  view.suite = "support";
  view.cases = 50;
  view.samples = 4;
  view.tag = "severity";
  view.values = 3;
  view.lines = {{"pass_rate", Unit::share, false, 0.42, 0.36, 50, 2, {}},
                {"score", Unit::share, false, 0.61, 0.58, 50, 0, {}},
                {"rubric", Unit::share, true, 0.55, 0.51, 50, 2, 0.48},
                {"intent", Unit::share, false, 0.81, 0.77, 50, 0, 0.81},
                {"latency", Unit::seconds, false, 0.431, 0.44, 50, 0, {}},
                {"cost", Unit::usd, false, {}, {}, 0, 0, {}},
                {"output_tokens", Unit::tokens, false, 118.4, 120, 50, 0, {}}};
  view.repeats = {{1, .42, .42, 50}, {2, .566667, .273333, 50}, {3, .66, .22, 49}, {4, .72, .20, 48}};
  view.variances = {{"rubric", 0.0412, 0.0173, 0.0061}, {"intent", 0.1, 0.02, {}}};
  MetricSummaryView intent;
  intent.metric = "intent";
  intent.facts = {"classification of 200 samples: accuracy 81.0 %, macro-F1 0.764, MCC 0.702"};
  intent.labels = {"billing", "outage", "refund"};
  intent.counts = {60, 3, 5, 2, 4, 50, 8, 0, 1, 14, 52, 1};
  intent.data["classification"] = {{"accuracy", 0.81}};
  view.summaries = {intent};
  return view;
}

TEST(Metrics, as_a_person_reads_them) {
  const std::string text = metrics_text({support()}, {false, 80});
  expect_golden("metrics.txt", text);
  expect_width(text, 80);
}

TEST(Metrics, without_a_tag_or_repeats_have_no_empty_columns_or_tables) {
  auto view = support();
  view.tag.reset();
  view.samples = 1;
  view.repeats.clear();
  view.variances.clear();
  view.summaries.clear();
  for (auto& line : view.lines) line.unscored = 0;
  const std::string text = metrics_text({view}, {});
  for (const char* absent : {"over ", "pass@k", "variance", "unscored", "samples each"}) {
    EXPECT_EQ(text.find(absent), std::string::npos) << absent << "\n" << text;
  }
}

TEST(Metrics, of_many_labels_show_what_is_confused_most) {
  auto view = support();
  auto& summary = view.summaries[0];
  summary.labels.clear();
  for (int i = 0; i < 40; ++i) summary.labels.push_back("label-" + std::to_string(i));
  summary.counts.assign(40 * 41, 0);
  for (std::size_t i = 0; i < 40; ++i) summary.counts[i * 41 + i] = 5;
  for (std::size_t i = 0; i < 12; ++i) summary.counts[i * 41 + 40] = 1;
  summary.counts[7 * 41 + 9] = 31;
  const std::string text = metrics_text({view}, {false, 80});
  EXPECT_NE(text.find("label-7   label-9        31"), std::string::npos) << text;
  EXPECT_NE(text.find("… and 3 more pairs"), std::string::npos) << text;
  expect_width(text, 80);
}

TEST(Metrics, as_json_have_null_for_what_was_not_measured) {
  const auto json = metrics_json({support()});
  EXPECT_EQ(json[0]["macro_over"], "severity");
  EXPECT_TRUE(json[0]["metrics"][5]["mean"].is_null());
  EXPECT_EQ(json[0]["metrics"][2].dump(),
            R"({"metric":"rubric","unit":"share","judged":true,"mean":0.55,"macro":0.51,"cases":50,"unscored":2,)"
            R"("passing":0.48})");
  EXPECT_EQ(json[0]["repeats"][1]["pass_pow"], .273333);
  EXPECT_EQ(json[0]["variance"][1].dump(), R"({"metric":"intent","cases":0.1,"answer":0.02,"judge":null})");
  EXPECT_EQ(json[0]["summaries"][0].dump(), R"({"metric":"intent","classification":{"accuracy":0.81}})");
}

}  // namespace
}  // namespace assay::reports
