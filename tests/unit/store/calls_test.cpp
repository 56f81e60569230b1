#include "tests/unit/store/fixture.hpp"

namespace assay::store {
namespace {

using test::TempDir;

class Calls : public ::testing::Test {
 protected:
  std::vector<StoredCall> read() {
    std::vector<StoredCall> all;
    auto done = store_->calls("r1", [&](const StoredCall& call) -> Result<void> {
      all.push_back(call);
      return {};
    });
    EXPECT_TRUE(done) << to_string(done.error());
    return all;
  }

  TempDir dir_;
  std::unique_ptr<Store> store_ = open(dir_ / "h.db");
  boost::asio::io_context loop_;
};

Step turn(int number, std::uint32_t context, std::string text) {
  Step step = answered(std::move(text));
  step.name = "turn/" + std::to_string(number);
  step.context = context;
  return step;
}

TEST_F(Calls, come_in_plan_order_with_what_was_asked) {
  RunHeader run = header("r1");
  run.suites[0].params_text = R"({"temperature":0})";
  run.suites.push_back(run.suites[0]);
  run.suites[1].id = "rivers";
  auto writer = store_->start(run, loop_.get_executor());
  ASSERT_TRUE(writer);
  Step judged = answered("5");
  judged.name = "check/0/grade";
  judged.role = Role::judge;
  judged.context = 0;
  Step lost = turn(1, 2, "");
  lost.result = Error{ErrorKind::timeout, "no answer within 120 s", ""};
  lost.attempts[0].error = std::get<Error>(lost.result);
  Step stopped = lost;
  stopped.result = Error{ErrorKind::cancelled, "stopped", ""};
  Step replayed = turn(1, 2, "Rhine");
  replayed.replayed = true;
  (*writer)->append({1, 0, 0}, *planned_case(0), replayed);
  (*writer)->append({0, 2, 1}, *planned_case(2), lost);
  (*writer)->append({0, 2, 0}, *planned_case(2), turn(1, 2, "Lyon"));
  (*writer)->append({0, 2, 0}, *planned_case(2), judged);
  (*writer)->append({0, 2, 0}, *planned_case(2), turn(2, 3, "Paris"));
  (*writer)->append({0, 1, 0}, *planned_case(1), stopped);
  ASSERT_TRUE((*writer)->flush());

  const auto all = read();
  std::string order;
  for (const StoredCall& call : all) {
    order += call.suite + "/" + call.case_id + "#" + std::to_string(call.unit.sample) + " " + call.step.name + " " +
             std::to_string(call.messages.size()) + "; ";
  }
  EXPECT_EQ(order,
            "capitals/case-2#0 turn/1 2; capitals/case-2#0 check/0/grade 0; capitals/case-2#0 turn/2 3; "
            "capitals/case-2#1 turn/1 2; rivers/case-0#0 turn/1 2; ");
  EXPECT_EQ(all[2].messages.back(), (Message{Author::assistant, {Text{"Lyon"}}}));
  EXPECT_EQ(all[0].params, R"({"temperature":0})");
  EXPECT_EQ(std::get<Error>(all[3].step.result).kind, ErrorKind::timeout);
  EXPECT_TRUE(all[4].step.replayed);
  const auto& response = std::get<Response>(all[0].step.result);
  const Step lyon = turn(1, 2, "Lyon");
  const auto& given = std::get<Response>(lyon.result);
  EXPECT_EQ(response.raw, given.raw);
  EXPECT_EQ(response.timings.gaps, given.timings.gaps);
  EXPECT_EQ(response.usage.input_tokens, given.usage.input_tokens);
  EXPECT_EQ(all[0].step.attempts.size(), 1u);
}

TEST_F(Calls, end_with_the_callbacks_error) {
  finished_run(*store_, header("r1"), 3);
  int seen = 0;
  auto done = store_->calls("r1", [&](const StoredCall&) -> Result<void> {
    ++seen;
    return Error{ErrorKind::store, "the disk is full"};
  });
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().message, "the disk is full");
  EXPECT_EQ(seen, 1);
}

}  // namespace
}  // namespace assay::store
