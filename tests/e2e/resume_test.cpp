/// Runs that are stopped, killed and taken up again: nothing that was paid for is lost, nothing is asked twice.

#include "tests/e2e/project.hpp"

#include <csignal>
#include <iterator>
#include <set>
#include <sstream>

namespace assay::e2e {
namespace {

using namespace std::chrono_literals;

constexpr int kCases = 40;
constexpr std::uint64_t kAnswered = 10;
constexpr std::uint64_t kInFlight = 2;

class Resume : public ::testing::Test {
 protected:
  void SetUp() override { project_.write("suite.yaml", numbered_suite(kCases)); }

  [[nodiscard]] std::vector<std::string> arguments(const std::vector<std::string>& more = {}) const {
    std::vector<std::string> list{"run",     "suite.yaml", "--url",         stub_.url(),
                                  "--model", "m",          "--concurrency", std::to_string(kInFlight)};
    list.insert(list.end(), more.begin(), more.end());
    return list;
  }

  // The first requests are answered; what comes after them waits, or hangs for ever.
  void hold(std::optional<Duration> wait) {
    stub_.set_hook([wait](const net::ServerRequest&, std::uint64_t before, net::WirePlan& plan) {
      if (before < kAnswered) return;
      if (wait) {
        plan.insert(plan.begin(), net::Wait{*wait});
      } else {
        plan = {net::Stall{}};
      }
    });
  }

  // A run with some samples stored and two calls that hang.
  std::unique_ptr<Process> start_and_hang() {
    hold(std::nullopt);
    auto process = project_.start(arguments());
    EXPECT_TRUE(stub_.wait_for_requests(kAnswered + kInFlight));
    wait_until_stored(kAnswered);
    return process;
  }

  void wait_until_stored(std::uint64_t samples) const {
    const auto until = std::chrono::steady_clock::now() + 60s;
    while (std::chrono::steady_clock::now() < until) {
      const auto runs = history();
      if (!runs.empty() && runs[0].at("finished").get<std::uint64_t>() >= samples) return;
    }
    ADD_FAILURE() << "the samples were not stored";
  }

  [[nodiscard]] Json history() const { return json_of(project_.assay({"history", "--json"}).out); }
  [[nodiscard]] std::string newest() const { return history()[0].at("run").get<std::string>(); }

  [[nodiscard]] Json verdict_of(const std::string& run) const {
    return json_of(project_.read(".assay/runs/" + run + "/verdict.json"));
  }

  void expect_whole(const Finished& ended) const {
    EXPECT_EQ(ended.code, 0) << ended.err;
    const auto run = newest();
    const auto verdict = verdict_of(run);
    EXPECT_EQ(verdict.at("verdict"), "PASS");
    EXPECT_EQ(verdict.at("suites")[0].at("scored"), kCases);
    EXPECT_EQ(verdict.at("suites")[0].at("skipped"), 0);
    const auto samples = json_of(project_.assay({"show", run, "--json", "--limit", "1000"}).out);
    std::set<std::string> cases;
    for (const auto& sample : samples) cases.insert(sample.at("case").get<std::string>());
    EXPECT_EQ(samples.size(), static_cast<std::size_t>(kCases));
    EXPECT_EQ(cases.size(), static_cast<std::size_t>(kCases));
  }

  StubThread stub_;
  Project project_;
};

struct Stop {
  int signal;
  int code;
  const char* name;
};

void PrintTo(const Stop& stop, std::ostream* out) {
  *out << stop.name;
}

class Stopped : public Resume, public ::testing::WithParamInterface<Stop> {};

TEST_P(Stopped, a_run_keeps_what_was_answered_and_goes_on_by_the_command_it_names) {
  hold(500ms);
  auto process = project_.start(arguments());
  ASSERT_TRUE(stub_.wait_for_requests(kAnswered + kInFlight));
  process->send(GetParam().signal);
  const auto ended = process->wait();
  EXPECT_EQ(ended.code, GetParam().code) << ended.err;
  EXPECT_NE(ended.err.find(GetParam().name), std::string::npos) << ended.err;
  EXPECT_LT(stub_.requests(), static_cast<std::uint64_t>(kCases));
  EXPECT_EQ(history()[0].at("finished"), stub_.requests()) << "calls in flight were not waited for";
  EXPECT_EQ(history()[0].at("state"), "interrupted");
  EXPECT_FALSE(std::filesystem::exists(project_.folder() / (".assay/runs/" + newest() + "/verdict.json")));

  const std::string hint = "go on with: assay ";
  const auto at = ended.err.find(hint);
  ASSERT_NE(at, std::string::npos) << ended.err;
  std::istringstream words(ended.err.substr(at + hint.size(), ended.err.find('\n', at) - at - hint.size()));
  const std::vector<std::string> command{std::istream_iterator<std::string>(words), {}};
  stub_.set_hook({});
  expect_whole(project_.assay(command));
  EXPECT_EQ(stub_.requests(), static_cast<std::uint64_t>(kCases));
  for (const auto& [body, times] : stub_.bodies()) EXPECT_EQ(times, 1) << body;
}

INSTANTIATE_TEST_SUITE_P(E2e, Stopped, ::testing::Values(Stop{SIGINT, 130, "SIGINT"}, Stop{SIGTERM, 143, "SIGTERM"}),
                         [](const auto& param) { return param.param.name; });

TEST_F(Resume, a_signal_gives_up_on_calls_that_hang) {
  auto process = start_and_hang();
  process->send(SIGINT);
  const auto ended = process->wait();
  EXPECT_EQ(ended.code, 130) << ended.err;
  EXPECT_EQ(stub_.requests(), kAnswered + kInFlight);
  EXPECT_EQ(history()[0].at("finished"), kAnswered);
  stub_.set_hook({});
  expect_whole(project_.assay({"run", "--resume", newest()}));
  EXPECT_EQ(stub_.requests(), kCases + kInFlight);
}

TEST_F(Resume, a_second_signal_ends_at_once) {
  auto process = start_and_hang();
  process->send(SIGINT);
  process->send(SIGTERM);
  const auto ended = process->wait();
  EXPECT_TRUE(ended.code == 130 || ended.code == 143) << ended.code;
  stub_.set_hook({});
  expect_whole(project_.assay({"run", "--resume", "latest"}));
}

TEST_F(Resume, a_killed_run_goes_on_where_it_was) {
  auto process = start_and_hang();
  process->send(SIGKILL);
  EXPECT_EQ(process->wait().code, 137);
  EXPECT_EQ(history()[0].at("finished"), kAnswered);
  const auto decided = project_.assay({"gate", "latest"});
  EXPECT_EQ(decided.code, 4) << "an unfinished run was decided: " << decided.out;
  stub_.set_hook({});
  expect_whole(project_.assay({"run", "--resume", newest()}));
  EXPECT_EQ(stub_.requests(), kCases + kInFlight) << "what was stored was asked again";
}

TEST_F(Resume, auto_takes_the_unfinished_run_and_then_starts_new_ones) {
  start_and_hang()->send(SIGKILL);
  const auto killed = newest();
  stub_.set_hook({});
  expect_whole(project_.assay(arguments({"--resume", "auto"})));
  EXPECT_EQ(newest(), killed);
  EXPECT_EQ(stub_.requests(), kCases + kInFlight);
  expect_whole(project_.assay(arguments({"--resume", "auto"})));
  EXPECT_NE(newest(), killed);
  EXPECT_EQ(history().size(), 2u);
}

TEST_F(Resume, auto_starts_a_new_run_without_a_history_and_after_a_change) {
  EXPECT_EQ(project_.assay(arguments({"--resume", "auto", "--store", "new.db"})).code, 0);
  const auto before = stub_.requests();
  stub_.set_hook([before](const net::ServerRequest&, std::uint64_t count, net::WirePlan& plan) {
    if (count >= before + kAnswered) plan = {net::Stall{}};
  });
  auto process = project_.start(arguments());
  ASSERT_TRUE(stub_.wait_for_requests(before + kAnswered + kInFlight));
  process->send(SIGKILL);
  process->wait();
  stub_.set_hook({});
  project_.write("suite.yaml", numbered_suite(kCases + 1));
  const auto ended = project_.assay(arguments({"--resume", "auto"}));
  EXPECT_EQ(ended.code, 0) << ended.err;
  EXPECT_EQ(history().size(), 2u);
  EXPECT_EQ(verdict_of(newest()).at("suites")[0].at("planned"), kCases + 1);
}

TEST_F(Resume, auto_passes_over_unfinished_runs_of_other_suites) {
  start_and_hang()->send(SIGKILL);
  const auto wanted = newest();
  project_.write("other.yaml", numbered_suite(3));
  auto other = project_.start({"run", "other.yaml", "--url", stub_.url(), "--model", "m"});
  ASSERT_TRUE(stub_.wait_for_requests(kAnswered + kInFlight + 3));
  other->send(SIGKILL);
  other->wait();
  ASSERT_NE(newest(), wanted);
  stub_.set_hook({});
  const auto ended = project_.assay(arguments({"--resume", "auto"}));
  EXPECT_EQ(ended.code, 0) << ended.err;
  EXPECT_EQ(history().size(), 2u);
  EXPECT_EQ(verdict_of(wanted).at("verdict"), "PASS");
}

TEST_F(Resume, auto_leaves_a_run_alone_that_is_being_executed) {
  auto live = start_and_hang();
  const auto run = newest();
  stub_.set_hook({});
  const auto ended = project_.assay(arguments({"--resume", "auto"}));
  EXPECT_EQ(ended.code, 0) << ended.err;
  EXPECT_EQ(history().size(), 2u);
  EXPECT_NE(newest(), run);
}

TEST_F(Resume, is_refused_where_the_measure_changed) {
  start_and_hang()->send(SIGKILL);
  const auto run = newest();
  const auto before = stub_.requests();
  stub_.set_hook({});
  struct Row {
    std::string suite;
    std::vector<std::string> more;
    std::string said;
  };
  const auto same = numbered_suite(kCases);
  auto other_prompt = same;
  other_prompt.replace(other_prompt.find("Question"), 8, "Problem!");
  const Row rows[] = {
      {numbered_suite(kCases + 1), {}, "suite 'numbered' changed"},
      {numbered_suite(kCases, "  params: {temperature: 1}\n"), {}, "parameters of suite 'numbered' changed"},
      {other_prompt, {}, "prompt of suite 'numbered' changed"},
      {same, {"--samples", "2"}, "'samples'"},
      {same, {"--model", "other"}, "'model'"},
      {same, {"--limit", "3"}, "'limit'"},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.said);
    project_.write("suite.yaml", row.suite);
    std::vector<std::string> command{"run", "--resume", run};
    command.insert(command.end(), row.more.begin(), row.more.end());
    if (!row.more.empty() && row.more[0] == "--model") command.insert(command.end(), {"--url", stub_.url()});
    const auto ended = project_.assay(command);
    EXPECT_EQ(ended.code, 4);
    EXPECT_NE(ended.err.find(row.said), std::string::npos) << ended.err;
    EXPECT_EQ(stub_.requests(), before);
  }
  project_.write("suite.yaml", same);
  expect_whole(project_.assay({"run", "--resume", run}));
}

TEST_F(Resume, is_refused_while_the_run_is_being_executed) {
  auto process = start_and_hang();
  const auto ended = project_.assay({"run", "--resume", newest()});
  EXPECT_EQ(ended.code, 4);
  EXPECT_NE(ended.err.find("being executed"), std::string::npos) << ended.err;
  EXPECT_EQ(stub_.requests(), kAnswered + kInFlight);
}

TEST_F(Resume, of_a_finished_run_decides_again_with_its_code) {
  stub_.set_hook([](const net::ServerRequest&, std::uint64_t, net::WirePlan& plan) {
    plan = {
        net::Send{"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 62\r\n\r\n"
                  R"({"choices":[{"message":{"role":"assistant","content":"no"}}]} )"}};
  });
  EXPECT_EQ(project_.assay(arguments()).code, 1);
  const auto run = newest();
  const auto first = verdict_of(run);
  const auto requests = stub_.requests();
  const auto again = project_.assay({"run", "--resume", run});
  EXPECT_EQ(again.code, 1) << again.err;
  EXPECT_EQ(stub_.requests(), requests);
  EXPECT_EQ(verdict_of(run).at("decision"), first.at("decision"));
  const auto unknown = project_.assay({"run", "--resume", "nonsense"});
  EXPECT_EQ(unknown.code, 4);
  EXPECT_NE(unknown.err.find("nonsense"), std::string::npos) << unknown.err;
}

TEST_F(Resume, works_from_another_folder_and_keeps_the_decision) {
  start_and_hang()->send(SIGKILL);
  const auto run = newest();
  stub_.set_hook({});
  const Project elsewhere;
  const auto store = (project_.folder() / ".assay/history.db").string();
  const auto ended = elsewhere.assay({"run", "--resume", run, "--store", store, "--out", "out"});
  EXPECT_EQ(ended.code, 0) << ended.err;
  const auto resumed = json_of(elsewhere.read("out/verdict.json"));
  EXPECT_EQ(project_.assay(arguments()).code, 0);
  EXPECT_EQ(resumed.at("decision"), verdict_of(newest()).at("decision")) << "a resume changed the decision";
}

}  // namespace
}  // namespace assay::e2e
