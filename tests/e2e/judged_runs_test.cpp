/// Runs with judges that are stopped, killed, bounded, split, compared and shared: nothing is asked twice, nothing is
/// free.

#include "tests/e2e/judged_project.hpp"

#include <algorithm>
#include <csignal>
#include <thread>

namespace assay::e2e {
namespace {

using namespace std::chrono_literals;

const std::string kGood = R"({"reason": "it is good", "score": 5})";
const std::string kClaims = R"({"claims": [{"id": 1, "text": "It is good."}]})";
const std::string kVerdicts = R"({"verdicts": [{"id": 1, "reason": "passage 1", "verdict": "supported"}]})";

std::string text_of_all(const Json& body) {
  std::string text;
  for (const auto& message : body.at("messages")) text += message.at("content").get<std::string>() + "\n";
  return text;
}

// What any judge of these tests replies: by what it is asked.
std::string reply_to(const Json& body) {
  const auto text = text_of_all(body);
  if (text.find("take a text apart") != std::string::npos) return http_reply(kClaims);
  if (text.find("check claims against sources") != std::string::npos) return http_reply(kVerdicts);
  return http_reply(kGood);
}

class JudgedRuns : public JudgedProject {
 protected:
  /// What is done with a question to a judge, beside counting it; true: it hangs.
  using Hang = std::function<bool(const std::string& model, const Json& body, int before)>;

  void SetUp() override {
    JudgedProject::SetUp();
    serve({});
  }

  // Every model whose name begins with `judge` is a judge; embeddings are the stub's own.
  void serve(Hang hang) {
    stub_.set_hook([this, hang = std::move(hang)](const net::ServerRequest& request, std::uint64_t,
                                                  net::WirePlan& plan) {
      const auto body = Json::parse(request.body);
      const auto model = body.at("model").get<std::string>();
      const int before = asked_[model]++;
      if (request.target.ends_with("/embeddings")) return;
      if (!model.starts_with("judge")) {
        plan = {
            net::Send{http_reply("a good answer to " + body.at("messages").back().at("content").get<std::string>())}};
      } else if (hang && hang(model, body, before)) {
        plan = {net::Stall{}};
      } else {
        plan = {net::Send{reply_to(body)}};
      }
    });
  }

  [[nodiscard]] int asked(const std::string& model) const {
    (void)stub_.requests();  // what the hook wrote is seen after this
    const auto found = asked_.find(model);
    return found == asked_.end() ? 0 : found->second;
  }

  [[nodiscard]] std::string run_id() const {
    return json_of(project_.assay({"history", "--json"}).out).at(0).at("run").get<std::string>();
  }

  // Waits until so many samples of a run are stored.
  void wait_until_stored(const std::string& run, std::size_t samples) const {
    for (const auto until = std::chrono::steady_clock::now() + 60s; std::chrono::steady_clock::now() < until;) {
      const auto shown = project_.assay({"show", run, "--json", "--limit", "1000"});
      if (shown.code == 0 && json_of(shown.out).size() >= samples) return;
    }
    ADD_FAILURE() << "the samples were not stored";
  }

  void use_two_stages() const { write_suite("    - faithfulness: {contexts: [One of them is good.]}\n"); }

  void write_targets_and_judges(const std::string& targets, const std::string& judges) const {
    project_.write("assay.yaml", "version: 1\ntargets:\n" + targets + "judges:\n" + judges + "suites: [suite.yaml]\n");
  }
  [[nodiscard]] std::string peer(const std::string& name, const std::string& model,
                                 const std::string& more = {}) const {
    return "  " + name + ": {url: '" + stub_.url() + "', model: " + model +
           ", stream: false, price: {input_per_mtok: 1, output_per_mtok: 2}" + more + "}\n";
  }

  std::map<std::string, int> asked_;
};

const std::string kTwoAtOnce = "    limits: {concurrency: 2}\n";

TEST_F(JudgedRuns, a_signal_amid_judge_calls_loses_no_answered_question) {
  use_two_stages();
  write_config(kTwoAtOnce);
  serve([](const std::string&, const Json& body, int before) {
    return before >= 6 && text_of_all(body).find("check claims") != std::string::npos;
  });
  auto process = project_.start({"run", "--concurrency", "2"});
  ASSERT_TRUE(stub_.wait_for_requests(12));
  process->send(SIGINT);
  const auto ended = process->wait();
  EXPECT_EQ(ended.code, 130) << ended.err;
  std::map<std::string, int> claims;
  for (const auto& [body, times] : stub_.bodies()) {
    if (body.find("take a text apart") != std::string::npos) claims[body] = times;
  }
  EXPECT_FALSE(claims.empty());
  serve({});
  const auto resumed = json_of_run({"run", "--resume", run_id()}, 0);
  EXPECT_EQ(resumed.at("suites").at(0).at("scored"), 12);
  EXPECT_EQ(asked("m"), 12) << "an answer of the target was asked for again";
  for (const auto& [body, times] : stub_.bodies()) {
    if (claims.contains(body)) EXPECT_EQ(times, 1) << "an answered question was asked again";
  }
  EXPECT_LE(asked("judge-1"), 24 + 2);
}

TEST_F(JudgedRuns, a_killed_run_asks_judges_only_what_was_in_flight) {
  write_config(kTwoAtOnce);
  serve([](const std::string&, const Json&, int before) { return before >= 5; });
  auto process = project_.start({"run", "--concurrency", "2"});
  ASSERT_TRUE(stub_.wait_for_requests(5 + 2 + 7));
  wait_until_stored("latest", 5);
  process->send(SIGKILL);
  process->wait();
  const auto targets = asked("m");
  serve({});
  const auto whole = json_of_run({"run", "--resume", run_id()}, 0);
  EXPECT_EQ(whole.at("suites").at(0).at("scored"), 12);
  EXPECT_EQ(asked("judge-1"), 12 + 2);
  EXPECT_LE(asked("m"), 12 + targets - 5) << "what was stored was asked again";
}

TEST_F(JudgedRuns, a_killed_calibration_goes_on_where_it_was) {
  write_config(kTwoAtOnce);
  std::string labels;
  for (int i = 0; i < 20; ++i) {
    labels += Json{{"suite", "judged"}, {"case", "case-1"}, {"answer", "a good answer, number " + std::to_string(i)},
                   {"check", "rubric"}, {"pass", true},     {"by", "ana"}}
                  .dump() +
              "\n";
  }
  project_.write("human.jsonl", labels);
  serve([](const std::string&, const Json&, int before) { return before >= 10; });
  const std::vector<std::string> command{"calibrate", "suite.yaml", "--labels", "human.jsonl", "--no-injection"};
  auto process = project_.start(command);
  ASSERT_TRUE(process->wait_for("answers to judge"));
  const auto said = process->so_far().err;
  const auto id = said.substr(12, said.find(':') - 12);
  ASSERT_TRUE(stub_.wait_for_requests(12));
  wait_until_stored(id, 10);
  process->send(SIGKILL);
  process->wait();
  serve({});

  // It is no run: what is said of it names the command that goes on with it.
  for (const auto& other : std::vector<std::vector<std::string>>{{"run", "--resume", id}, {"gate", id}}) {
    const auto refused = run(other, 4);
    EXPECT_NE(refused.err.find("assay calibrate"), std::string::npos) << refused.err;
  }
  const auto go_on = [&](int code) {
    auto resumed = command;
    resumed.insert(resumed.end(), {"--resume", id, "--json", "--quiet"});
    return run(resumed, code);
  };
  const auto measured = json_of(go_on(0).out);
  EXPECT_EQ(measured.at(0).at("counts").at("true_pass"), 20);
  EXPECT_EQ(asked("judge-1"), 20 + 2) << "an answered question was asked again";
  const auto again = go_on(4);
  EXPECT_EQ(again.err.find("assay gate"), std::string::npos) << "a calibration is not decided: " << again.err;
  EXPECT_EQ(asked("judge-1"), 20 + 2);
}

TEST_F(JudgedRuns, a_killed_scoring_goes_on_and_asks_no_target) {
  write_suite("    - contains: good\n");
  write_config(kTwoAtOnce);
  const auto first = json_of_run({"run"}, 0).at("run").get<std::string>();
  write_suite("    - rubric: {criteria: It is good., scale: {1: bad, 5: good}, pass: 4}\n");
  serve([](const std::string&, const Json&, int before) { return before >= 5; });
  auto process = project_.start({"score", first});
  ASSERT_TRUE(stub_.wait_for_requests(12 + 5 + 2));
  wait_until_stored(run_id(), 5);
  const auto scoring = run_id();
  ASSERT_NE(scoring, first);
  process->send(SIGKILL);
  process->wait();
  serve({});
  const auto ended = json_of_run({"run", "--resume", scoring}, 0);
  EXPECT_EQ(ended.at("run"), scoring);
  EXPECT_EQ(ended.at("suites").at(0).at("scored"), 12);
  EXPECT_EQ(asked("m"), 12) << "the target was asked again";
  EXPECT_EQ(asked("judge-1"), 12 + 2);
}

TEST_F(JudgedRuns, a_signal_while_scoring_says_how_to_go_on) {
  const auto first = json_of_run({"run"}, 0).at("run").get<std::string>();
  write_suite("    - rubric: {criteria: It is splendid., scale: {1: bad, 5: good}, pass: 4}\n");
  serve([](const std::string&, const Json&, int before) { return before >= 12 + 5; });
  auto process = project_.start({"score", first});
  ASSERT_TRUE(stub_.wait_for_requests(24 + 6));
  process->send(SIGINT);
  const auto ended = process->wait();
  EXPECT_EQ(ended.code, 130) << ended.err;
  EXPECT_NE(ended.err.find("assay run --resume " + run_id()), std::string::npos) << ended.err;
}

TEST_F(JudgedRuns, a_budget_counts_what_judges_cost) {
  // 12 answers cost 240 µ$, and as many grades again.
  const auto verdict = json_of_run({"run", "--concurrency", "1", "--max-cost", "0.0003"}, 2);
  EXPECT_EQ(verdict.at("verdict"), "INCONCLUSIVE");
  EXPECT_LE(verdict.at("cost").at("usd").get<double>(), 0.0003);
  EXPECT_LT(asked("judge-1"), 12);
  EXPECT_NE(verdict.at("reasons").dump().find("0.0003"), std::string::npos) << verdict.at("reasons");
  write_targets_and_judges(peer("t", "m"), "  strict: {url: '" + stub_.url() + "', model: judge-1}\n");
  const auto before = stub_.requests();
  const auto free = run({"run", "--max-cost", "1"}, 4);
  EXPECT_NE(free.err.find("judge 'strict'"), std::string::npos) << free.err;
  EXPECT_EQ(stub_.requests(), before);
}

TEST_F(JudgedRuns, shards_with_judges_merge_into_the_same_decision) {
  use_two_stages();
  const auto whole = json_of_run({"run", "--record", "calls.jsonl"}, 0);
  for (const bool live : {false, true}) {
    SCOPED_TRACE(live ? "live" : "replayed");
    std::vector<std::string> merge{"merge"};
    for (int shard = 1; shard <= 3; ++shard) {
      const auto store = std::to_string(shard) + (live ? "-live.db" : ".db");
      std::vector<std::string> command{"run", "--shard", std::to_string(shard) + "/3", "--store", store, "--quiet"};
      if (!live) command.insert(command.end(), {"--replay", "calls.jsonl"});
      run(command, 0);
      merge.push_back(store);
    }
    const std::string into = live ? "live.db" : "whole.db";
    merge.insert(merge.end(), {"-o", into});
    const auto merged = run(merge, 0);
    const auto decided = json_of_run({"gate", merged.out.substr(0, merged.out.find('\n')), "--store", into}, 0);
    EXPECT_EQ(decided.at("suites"), whole.at("suites"));
    EXPECT_EQ(decided.at("judges"), whole.at("judges"));
    if (!live) EXPECT_EQ(decided.at("decision"), whole.at("decision"));
    EXPECT_EQ(decided.at("gates"), whole.at("gates"));
  }
  EXPECT_EQ(asked("judge-1"), 24 * 2);
}

TEST_F(JudgedRuns, a_baseline_is_judged_as_well) {
  use_two_stages();
  write_targets_and_judges(peer("old", "m-old") + peer("new", "m-new"), peer("strict", "judge-1"));
  const auto verdict = json_of_run({"run", "--target", "new", "--against", "old"}, 2);  // 12 cases cannot show a margin
  EXPECT_EQ(asked("m-old"), 12);
  EXPECT_EQ(asked("m-new"), 12);
  EXPECT_EQ(asked("judge-1"), 48);
  const auto runs = json_of(project_.assay({"history", "--json"}).out);
  ASSERT_EQ(runs.size(), 2U);
  for (const auto& each : runs) {
    EXPECT_EQ(each.at("finished"), 12);
    const auto shown = run({"show", each.at("run").get<std::string>(), "judged/case-3"}, 0).out;
    EXPECT_NE(shown.find("judge strict"), std::string::npos) << shown;
  }
  EXPECT_EQ(verdict.at("candidate").at("model"), "m-new");
}

TEST_F(JudgedRuns, a_pair_that_was_stopped_asks_its_judge_nothing_twice) {
  write_targets_and_judges(peer("old", "m-old") + peer("new", "m-new"),
                           peer("strict", "judge-1", ", limits: {concurrency: 2}"));
  serve([](const std::string&, const Json&, int before) { return before >= 9; });
  auto process = project_.start({"run", "--target", "new", "--against", "old", "--concurrency", "2"});
  ASSERT_TRUE(stub_.wait_for_requests(9 + 2 + 10));
  process->send(SIGINT);
  EXPECT_EQ(process->wait().code, 130);
  serve({});
  run({"run", "--resume", run_id()}, 2);  // 12 cases cannot show a margin
  EXPECT_LE(asked("judge-1"), 24 + 2);
  EXPECT_EQ(asked("m-old"), 12);
  EXPECT_EQ(asked("m-new"), 12);
}

TEST_F(JudgedRuns, each_suite_asks_its_own_judge) {
  write_targets_and_judges(peer("t", "m"),
                           peer("strict", "judge-1") + peer("kind", "judge-2") + peer("idle", "judge-3"));
  write_suite("    - rubric: {judge: strict, criteria: It is good., scale: {1: bad, 5: good}}\n");
  auto other = project_.read("suite.yaml");
  other.replace(other.find("suite: judged"), 13, "suite: second");
  other.replace(other.find("judge: strict"), 13, "judge: kind");
  project_.write("second.yaml", other);
  const auto verdict = json_of_run({"run", "suite.yaml", "second.yaml"}, 0);
  EXPECT_EQ(asked("judge-1"), 12);
  EXPECT_EQ(asked("judge-2"), 12);
  EXPECT_EQ(asked("judge-3"), 0);
  ASSERT_EQ(verdict.at("judges").size(), 2U) << verdict.at("judges");
  EXPECT_NE(verdict.at("judges").at(0).at("judge"), verdict.at("judges").at(1).at("judge"));
}

/// Counts how many questions each judge has at once.
class Panels : public JudgedRuns {
 protected:
  void serve_slowly() {
    stub_.set_hook([this](const net::ServerRequest& request, std::uint64_t, net::WirePlan& plan) {
      const auto body = Json::parse(request.body);
      const auto model = body.at("model").get<std::string>();
      ++asked_[model];
      const auto reply =
          model.starts_with("judge") ? R"({"reason": "", "score": )" + grade_.at(model) + "}" : "an answer";
      most_[model] = std::max(most_[model], ++now_[model]);
      const auto left = [this, model](net::PlanEnd, std::size_t) { --now_[model]; };
      plan = {net::Tell{left}, net::Wait{15ms}, net::Send{http_reply(reply)}};
      if (model == "judge-3") plan.insert(plan.begin() + 1, net::Turn{[this](auto start) { meet(std::move(start)); }});
    });
  }

  // Nobody is answered before a second one came.
  void meet(std::function<void()> start) {
    waiting_.push_back(std::move(start));
    if (waiting_.size() == 2) std::ranges::for_each(waiting_, [](const auto& each) { each(); });
    if (waiting_.size() > 2) waiting_.back()();
  }

  std::vector<std::function<void()>> waiting_;

  std::map<std::string, int> now_;
  std::map<std::string, int> most_;
  std::map<std::string, std::string> grade_{{"judge-1", "5"}, {"judge-2", "5"}, {"judge-3", "1"}};
};

TEST_F(Panels, three_judges_keep_to_their_own_limits) {
  const auto limited = [](int most) { return ", limits: {concurrency: " + std::to_string(most) + "}"; };
  write_targets_and_judges(
      peer("t", "m", limited(12)),
      peer("a", "judge-1", limited(1)) + peer("b", "judge-2", limited(2)) + peer("c", "judge-3", limited(4)));
  write_suite("    - panel: {judges: [c, b, a], check: {rubric: {criteria: It is good., scale: {1: bad, 5: good}}}}\n");
  serve_slowly();
  const auto verdict = json_of_run({"run"}, 0);
  EXPECT_EQ(verdict.at("verdict"), "PASS");
  for (const auto& [model, most] : std::map<std::string, int>{{"judge-1", 1}, {"judge-2", 2}, {"judge-3", 4}}) {
    EXPECT_EQ(asked(model), 12) << model;
    EXPECT_LE(most_[model], most) << model;
  }
  EXPECT_GT(most_["judge-3"], 1) << "one judge's limit holds another back";
  EXPECT_EQ(verdict.at("judges").size(), 3U) << verdict.at("judges");
  const auto shown = run({"show", "latest", "judged/case-1"}, 0).out;
  for (const std::string name : {"judge a", "judge b", "judge c"})
    EXPECT_NE(shown.find(name), std::string::npos) << shown;
}

TEST_F(Panels, one_that_is_down_is_left_out_and_two_are_an_error) {
  write_targets_and_judges(peer("t", "m"),
                           peer("a", "judge-1") + peer("b", "judge-2") +
                               "  c: {url: 'http://127.0.0.1:1/v1', model: judge-3, retries: {max: 0}}\n"
                               "  d: {url: 'http://127.0.0.1:1/v1', model: judge-4, retries: {max: 0}}\n");
  const auto panel = [&](const std::string& judges) {
    write_suite("    - panel: {judges: " + judges +
                ", check: {rubric: {criteria: It is good., scale: {1: bad, 5: good}}}}\n");
  };
  panel("[a, b, c]");
  EXPECT_EQ(json_of_run({"run"}, 0).at("suites").at(0).at("scored"), 12);
  panel("[a, c, d]");
  EXPECT_EQ(json_of_run({"run"}, 3).at("verdict"), "ERROR");
}

TEST_F(Panels, a_judge_twice_in_it_is_asked_twice_and_both_replay) {
  write_targets_and_judges(peer("t", "m"), peer("a", "judge-1") + peer("b", "judge-1", ", params: {temperature: 1}"));
  write_suite("    - panel: {judges: [a, a, b], check: {rubric: {criteria: It is good., scale: {1: bad, 5: good}}}}\n");
  std::atomic<int> n = 0;
  stub_.set_hook([&](const net::ServerRequest& request, std::uint64_t, net::WirePlan& plan) {
    const auto body = Json::parse(request.body);
    if (body.at("model") == "m") {
      plan = {net::Send{http_reply("an answer to " + body.at("messages").back().at("content").get<std::string>())}};
    } else if (body.value("temperature", 0) == 1) {
      plan = {net::Send{http_reply(R"({"reason": "warm", "score": 1})")}};
    } else {
      plan = {
          net::Send{http_reply(n++ % 2 == 0 ? R"({"reason": "x", "score": 5})" : R"({"reason": "y", "score": 1})")}};
    }
  });
  const auto first = project_.assay({"run", "--json", "--quiet", "--record", "calls.jsonl"});
  const auto requests = stub_.requests();
  EXPECT_EQ(requests, 12U * 4);
  const auto again = project_.assay({"run", "--json", "--quiet", "--replay", "calls.jsonl"});
  EXPECT_EQ(stub_.requests(), requests);
  EXPECT_EQ(again.code, first.code) << again.err;
  EXPECT_EQ(json_of(again.out).at("decision"), json_of(first.out).at("decision"));
}

TEST_F(JudgedRuns, embeddings_are_asked_stored_paid_and_replayed) {
  write_targets_and_judges(peer("t", "m"), "  near: {api: openai-embeddings, url: '" + stub_.url() +
                                               "', model: embed-1, price: {input_per_mtok: 1, output_per_mtok: 0}}\n" +
                                               peer("strict", "judge-1"));
  write_suite(
      "    - embedding: {value: \"a good answer to Question {{n}}?\", threshold: 0.9}\n"
      "    - rubric: {criteria: It is good., scale: {1: bad, 5: good}, pass: 4}\n");
  const auto verdict = json_of_run({"run", "--record", "calls.jsonl"}, 0);
  EXPECT_EQ(asked("embed-1"), 12);
  EXPECT_EQ(asked("judge-1"), 12) << "a rubric asks the only chat judge";
  EXPECT_EQ(verdict.at("cost").at("calls"), 36);
  EXPECT_TRUE(verdict.at("cost").at("usd").is_number()) << verdict.at("cost");
  const auto requests = stub_.requests();
  const auto replayed = json_of_run({"run", "--replay", "calls.jsonl"}, 0);
  EXPECT_EQ(stub_.requests(), requests);
  EXPECT_EQ(replayed.at("decision"), verdict.at("decision"));
  write_suite("    - embedding: {value: something else entirely, threshold: 0.9}\n");
  EXPECT_EQ(json_of_run({"run"}, 1).at("verdict"), "BLOCK");
}

TEST_F(JudgedRuns, a_pattern_to_redact_leaves_the_numbers_of_embeddings_alone) {
  project_.write("assay.yaml", "version: 1\ntargets:\n" + peer("t", "m") +
                                   "judges:\n  near: {api: openai-embeddings, url: '" + stub_.url() +
                                   "', model: embed-1}\nsuites: [suite.yaml]\nredact: ['\\b[0-9]{13,19}\\b']\n");
  write_suite("    - embedding: {value: \"a good answer to Question {{n}}?\", threshold: 0.9}\n");
  EXPECT_EQ(json_of_run({"run"}, 0).at("suites").at(0).at("scored"), 12);
}

TEST_F(JudgedRuns, an_embeddings_judge_is_not_asked_for_words_nor_a_chat_judge_for_vectors) {
  write_targets_and_judges(peer("t", "m"),
                           "  near: {api: openai-embeddings, url: '" + stub_.url() + "', model: embed-1}\n");
  write_suite("    - rubric: {criteria: It is good.}\n");
  EXPECT_NE(run({"run"}, 4).err.find("suite.yaml:"), std::string::npos);
  write_targets_and_judges(peer("t", "m"), peer("strict", "judge-1"));
  write_suite("    - embedding: {value: x, threshold: 0.9}\n");
  EXPECT_NE(run({"run"}, 4).err.find("openai-embeddings"), std::string::npos);
  EXPECT_EQ(stub_.requests(), 0U);
}

TEST_F(JudgedRuns, a_judge_that_is_asked_elsewhere_is_another) {
  run({"run", "--concurrency", "1", "--max-tokens", "100"}, 2);
  const auto config = project_.read("assay.yaml");
  auto moved = config;
  moved.replace(moved.find("127.0.0.1", moved.find("judges:")), 9, "localhost");
  project_.write("assay.yaml", moved);
  const auto refused = run({"run", "--resume", "latest", "--max-tokens", "100000"}, 4);
  EXPECT_NE(refused.err.find("judge 'strict' changed"), std::string::npos) << refused.err;
  project_.write("assay.yaml", config);
  json_of_run({"run", "--resume", "latest", "--max-tokens", "100000"}, 0);
}

}  // namespace
}  // namespace assay::e2e
