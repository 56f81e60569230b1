#include "runner/app/labels.hpp"

#include "runner/app/label_sample.hpp"
#include "tests/support/temp_dir.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

namespace assay::app {
namespace {

constexpr WallTime kNow{1'763'683'200'000};

class Labels : public ::testing::Test {
 protected:
  std::vector<LabelRecord> read_records(std::string_view name, std::string_view content) {
    diagnostics_ = {};
    return read_labels(folder_.write(name, content), "ana", kNow, diagnostics_);
  }
  std::vector<Label> read(std::string_view name, std::string_view content) {
    std::vector<Label> labels;
    for (auto& record : read_records(name, content)) labels.push_back(std::move(record.label));
    return labels;
  }

  test::TempDir folder_;
  Diagnostics diagnostics_;
};

TEST_F(Labels, are_read_from_lines_of_json_and_from_a_table) {
  const auto json =
      read("l.jsonl", R"({"suite":"s","case":"c","run":"r1","sample":2,"check":"rubric","pass":true,"score":4,)"
                      R"("by":"ben","at":"2026-11-21T11:00:00+01:00"})"
                      "\n");
  const auto csv = read("l.csv",
                        "suite,case,run,sample,check,messages,answer,pass,score,by,at\r\n"
                        "s,c,r1,2,rubric,\"user: hm, so?\",\"'=1+1\",yes,4,ben,2026-11-21T10:00:00Z\r\n");
  ASSERT_EQ(json.size(), 1U);
  ASSERT_EQ(csv.size(), 1U);
  for (const auto& label : {json[0], csv[0]}) {
    EXPECT_EQ(label.suite, "s");
    EXPECT_EQ(label.case_id, "c");
    EXPECT_EQ(label.run, "r1");
    EXPECT_EQ(label.sample, 2U);
    EXPECT_EQ(label.check, "rubric");
    EXPECT_EQ(label.pass, true);
    EXPECT_EQ(label.score, 4.0);
    EXPECT_EQ(label.by, "ben");
    EXPECT_EQ(to_rfc3339(label.at), "2026-11-21T10:00:00Z");
    EXPECT_FALSE(label.answer) << "the run says which answer it was";
  }
}

TEST_F(Labels, of_an_empty_answer_are_labels) {
  const auto labels = read("l.jsonl", R"({"suite":"s","case":"c","answer":"","check":"m","pass":false})"
                                      "\n");
  ASSERT_EQ(labels.size(), 1U);
  EXPECT_EQ(labels[0].answer, "");
}

TEST_F(Labels, that_nobody_filled_in_are_passed_over) {
  const auto labels = read("l.csv",
                           "suite,case,run,check,pass,score,by\r\n"
                           "s,a,r1,rubric,,,\r\n"
                           "s,b,r1,rubric,no,,\r\n");
  ASSERT_EQ(labels.size(), 1U);
  EXPECT_EQ(labels[0].case_id, "b");
  EXPECT_EQ(labels[0].pass, false);
  EXPECT_EQ(labels[0].by, "ana");
  EXPECT_EQ(labels[0].at, kNow);
  read("none.csv", "suite,case,run,check,pass\r\ns,a,r1,rubric,\r\n");
  ASSERT_FALSE(diagnostics_.ok()) << "a file without a label says nothing";
}

TEST_F(Labels, say_what_is_wrong_and_where) {
  struct Row {
    std::string_view record;
    std::string_view message;
  };
  const std::vector<Row> table = {
      {R"({"case":"c","run":"r","check":"m","pass":true})", "`suite`"},
      {R"({"suite":"s","run":"r","check":"m","pass":true})", "`case`"},
      {R"({"suite":"s","case":"c","run":"r","pass":true})", "`check`"},
      {R"({"suite":"s","case":"c","check":"m","pass":true})", "`run` or `answer`"},
      {R"({"suite":"s","case":"c","run":"r","check":"m","pass":"maybe"})", "true or false"},
      {R"({"suite":"s","case":"c","run":"r","check":"m","score":"high"})", "must be a number"},
      {R"({"suite":"s","case":"c","run":"r","sample":-1,"check":"m","pass":true})", "sample"},
      {R"({"suite":"s","case":"c","run":"r","sample":1.5,"check":"m","pass":true})", "sample"},
      {R"({"suite":"s","case":"c","run":"r","check":"m","pass":true,"at":"yesterday"})", "at is no time"},
      {R"({"suite":"s","case":"c","run":"r","chek":"m","check":"m","pass":true})", "unknown field 'chek'"},
      {R"({"suite":["s"],"case":"c","run":"r","check":"m","pass":true})", "must be a text"},
  };
  for (const auto& row : table) {
    read("l.jsonl", "\n" + std::string(row.record) + "\n");
    ASSERT_FALSE(diagnostics_.errors().empty()) << row.record;
    const auto& error = diagnostics_.errors().front();
    EXPECT_NE(error.message.find(row.message), std::string::npos) << error.message;
    EXPECT_EQ(error.at.line, 2) << row.record;
    EXPECT_FALSE(error.hint.empty()) << error.message;
  }
}

TEST_F(Labels, of_one_answer_belong_together) {
  const auto records =
      read_records("l.jsonl", R"({"suite":"s","case":"c","answer":"x","check":"m","pass":true,"by":"a"})"
                              "\n"
                              R"({"suite":"s","case":"c","answer":"y","check":"m","pass":true,"by":"a"})"
                              "\n"
                              R"({"suite":"s","case":"c","answer":"x","check":"m","pass":false,"by":"b"})"
                              "\n");
  const auto answers = group(records);
  ASSERT_EQ(answers.size(), 2U);
  EXPECT_EQ(answers[0].answer, "x");
  EXPECT_EQ(answers[0].labels.size(), 2U);
  EXPECT_EQ(answers[1].answer, "y");
  EXPECT_EQ(answers[1].at.line, 2);
}

std::vector<Drawable> population(const std::map<std::string, int>& strata) {
  std::vector<Drawable> all;
  std::uint32_t ordinal = 0;
  for (const auto& [name, size] : strata) {
    for (int i = 0; i < size; ++i) {
      all.push_back({{0, ordinal, 0}, name, (ordinal * 2654435761U) % 1'000'003U});
      ++ordinal;
    }
  }
  return all;
}

std::map<std::string, int> drawn_of(const std::vector<Drawable>& all, std::uint64_t count) {
  std::map<std::string, int> drawn;
  for (const auto& unit : draw(all, count)) ++drawn[all.at(unit.ordinal).stratum];
  return drawn;
}

// Hamilton's method: 700, 200 and 100 of 1,000, and what is left of whole numbers goes to the largest remainder.
TEST(LabelSample, takes_of_each_stratum_in_proportion) {
  const auto all = population({{"fail", 200}, {"pass", 700}, {"untold", 100}});
  EXPECT_EQ(drawn_of(all, 100), (std::map<std::string, int>{{"fail", 20}, {"pass", 70}, {"untold", 10}}));
  EXPECT_EQ(drawn_of(all, 9), (std::map<std::string, int>{{"fail", 2}, {"pass", 6}, {"untold", 1}}));
}

TEST(LabelSample, takes_all_where_there_are_fewer) {
  const auto all = population({{"a", 3}, {"b", 2}});
  EXPECT_EQ(draw(all, 100).size(), 5U);
  EXPECT_TRUE(draw({}, 10).empty());
}

TEST(LabelSample, is_the_same_each_time_and_does_not_depend_on_the_order) {
  auto all = population({{"a", 50}, {"b", 50}});
  const auto once = draw(all, 20);
  std::ranges::reverse(all);
  EXPECT_EQ(draw(all, 20), once);
  std::vector<UnitId> sorted = once;
  std::ranges::sort(sorted);
  EXPECT_NE(sorted, once) << "neighbours have nothing in common";
}

}  // namespace
}  // namespace assay::app
