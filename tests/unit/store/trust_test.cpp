#include "tests/unit/store/fixture.hpp"

namespace assay::store {
namespace {

using test::TempDir;

Trust measured(std::string digest, std::string prompt, std::int64_t at) {
  Trust trust;
  trust.use = {"strict", std::move(digest), std::move(prompt)};
  trust.model = "judge-1";
  trust.suite = "support";
  trust.metric = "rubric";
  trust.at = {at};
  trust.run = "c1";
  trust.all = {40, 3, 50, 5, 2};
  trust.slices = {{"lang", "de", {1, 2, 3, 4, 5}}, {"", "", {}}};
  trust.kappa = 0.1234567890123456;
  trust.people_alpha = -0.2;
  trust.verbosity = 0;
  trust.injections = 48;
  trust.injections_resisted = 47;
  return trust;
}

TEST(TrustInHistory, a_measurement_comes_back_as_it_was) {
  const TempDir dir;
  auto store = open(dir / "h.db");
  const Trust given = measured("sha256:a", "sha256:p", 5);
  ASSERT_TRUE(store->add_trust(given));
  const auto all = store->trust();
  ASSERT_TRUE(all) << to_string(all.error());
  ASSERT_EQ(all->size(), 1u);
  const Trust& got = all->at(0);
  EXPECT_EQ(got.use, given.use);
  EXPECT_EQ(got.model, given.model);
  EXPECT_EQ(got.suite, given.suite);
  EXPECT_EQ(got.metric, given.metric);
  EXPECT_EQ(got.at, given.at);
  EXPECT_EQ(got.run, given.run);
  EXPECT_EQ(got.all.false_pass, 5u);
  EXPECT_EQ(got.all.unscored, 2u);
  EXPECT_EQ(got.all.true_pass, 40u);
  ASSERT_EQ(got.slices.size(), 2u);
  EXPECT_EQ(got.slices[0].tag, "lang");
  EXPECT_EQ(got.slices[0].value, "de");
  EXPECT_EQ(got.slices[0].counts.true_fail, 3u);
  EXPECT_EQ(got.kappa, given.kappa);
  EXPECT_EQ(got.people_alpha, given.people_alpha);
  EXPECT_EQ(got.verbosity, 0);
  EXPECT_FALSE(got.alpha);
  EXPECT_FALSE(got.judge_variance);
  EXPECT_EQ(got.injections_resisted, 47u);
}

TEST(TrustInHistory, the_newest_of_each_judge_and_prompt_counts) {
  const TempDir dir;
  auto store = open(dir / "h.db");
  Trust weaker = measured("sha256:b", "sha256:p", 9);
  weaker.all.false_pass = 30;
  Trust last = measured("sha256:b", "sha256:p", 9);
  last.all.false_pass = 31;
  for (const Trust& each : {measured("sha256:b", "sha256:q", 1), measured("sha256:b", "sha256:p", 9), weaker, last,
                            measured("sha256:b", "sha256:p", 3), measured("sha256:a", "sha256:p", 2)}) {
    ASSERT_TRUE(store->add_trust(each));
  }
  const auto all = *store->trust();
  ASSERT_EQ(all.size(), 3u);
  EXPECT_EQ(all[0].use.digest, "sha256:a");
  EXPECT_EQ(all[1].use.prompt, "sha256:p");
  EXPECT_EQ(all[1].all.false_pass, 31u) << "of one moment, the one that was added last";
  EXPECT_EQ(all[2].use.prompt, "sha256:q");
}

}  // namespace
}  // namespace assay::store
