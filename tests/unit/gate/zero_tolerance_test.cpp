#include "tests/unit/gate/evidence_builder.hpp"

#include <gtest/gtest.h>

namespace assay::gate {
namespace {

using testing::contains;
using testing::decide_one;
using testing::SuiteBuilder;
using testing::zero_gate;

TEST(ZeroTolerance, passes_on_no_failure_whatever_the_size) {
  const auto verdict = decide_one(SuiteBuilder().add_many(3, "p"), zero_gate());
  EXPECT_EQ(verdict.kind, VerdictKind::pass);
  EXPECT_EQ(verdict.gates.at(0).method, "clopper-pearson");
  EXPECT_NEAR(verdict.gates.at(0).interval->first, std::pow(0.05, 1.0 / 3), 1e-9);
  EXPECT_FALSE(verdict.gates.at(0).p);
}

TEST(ZeroTolerance, one_failing_sample_of_many_blocks) {
  const auto verdict = decide_one(SuiteBuilder().add_many(500, "pp").add("pf"), zero_gate());
  EXPECT_EQ(verdict.kind, VerdictKind::block);
  EXPECT_TRUE(contains(verdict.gates.at(0).reason, "case 'c500' failed")) << verdict.gates.at(0).reason;
  EXPECT_TRUE(contains(verdict.gates.at(0).reason, "1 failing sample"));
}

TEST(ZeroTolerance, what_could_not_be_told_keeps_it_open) {
  for (const auto* sample : {"u", "e", "j"}) {
    SCOPED_TRACE(sample);
    const auto verdict = decide_one(SuiteBuilder().add_many(40, "p").add(sample), zero_gate());
    EXPECT_EQ(verdict.kind, VerdictKind::inconclusive);
    EXPECT_TRUE(contains(verdict.gates.at(0).reason, "1 sample could not be told"));
  }
}

TEST(ZeroTolerance, looks_only_at_the_cases_of_its_where) {
  auto builder = SuiteBuilder().add_many(10, "p", {{"severity", "critical"}}).add_many(10, "f", {{"severity", "low"}});
  builder.add("f");
  const auto verdict = decide_one(builder, zero_gate({{"severity", "critical"}}));
  EXPECT_EQ(verdict.kind, VerdictKind::pass);
  EXPECT_EQ(verdict.gates.at(0).n, 10u);
  EXPECT_EQ(verdict.gates.at(0).claim, "no failing sample where severity=critical");
}

TEST(ZeroTolerance, a_max_rate_needs_the_cases_to_claim_it) {
  auto gate = zero_gate();
  gate.max_rate = 0.01;
  const auto few = decide_one(SuiteBuilder().add_many(298, "p"), gate);
  EXPECT_EQ(few.kind, VerdictKind::inconclusive);
  EXPECT_TRUE(contains(few.gates.at(0).reason, "takes 299 cases without a failure, 1 more")) << few.gates.at(0).reason;
  const auto enough = decide_one(SuiteBuilder().add_many(299, "p"), gate);
  EXPECT_EQ(enough.kind, VerdictKind::pass);
  ASSERT_TRUE(enough.gates.at(0).p);
  EXPECT_LE(*enough.gates.at(0).p, 0.05);
  const auto failed = decide_one(SuiteBuilder().add_many(100000, "p").add("f"), gate);
  EXPECT_EQ(failed.kind, VerdictKind::block) << "no rate makes up for a failure";
}

TEST(ZeroTolerance, on_one_check_sees_only_that_checks_failures) {
  auto builder = SuiteBuilder().add_many(10, "p").add("f").add("u");
  std::vector<double> passes(12, 1.0);
  builder.column("polite.pass", Unit::share, passes);
  auto gate = zero_gate();
  gate.metric = "polite.pass";
  EXPECT_EQ(decide_one(builder, gate).kind, VerdictKind::pass) << "the failing sample failed another check";
  builder.suite.columns[0].values[11] = 0;
  EXPECT_EQ(decide_one(builder, gate).kind, VerdictKind::block) << "proven, though the sample as a whole is unscored";
}

}  // namespace
}  // namespace assay::gate
