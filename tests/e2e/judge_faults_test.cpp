/// Judges that fail, stall, refuse, ramble and lie: what befalls a judge never becomes a score.

#include "tests/e2e/judged_project.hpp"

#include <ostream>

namespace assay::e2e {
namespace {

namespace fs = std::filesystem;

using Plan = net::WirePlan;

const std::string kGood = R"({"reason": "it is good", "score": 5})";

std::string raw_reply(int status, const std::string& body, const std::string& headers = {},
                      const std::string& type = "application/json") {
  return "HTTP/1.1 " + std::to_string(status) + " X\r\ncontent-type: " + type + "\r\n" + headers +
         "content-length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

std::string reply_of(const Json& message, const std::string& finish) {
  const Json choice{{"index", 0}, {"message", message}, {"finish_reason", finish}};
  return raw_reply(200, Json{{"id", "r"}, {"model", "m"}, {"choices", Json::array({choice})}}.dump());
}

std::string says(const std::string& text, const std::string& finish = "stop") {
  return reply_of({{"role", "assistant"}, {"content", text}}, finish);
}

std::string half(const std::string& reply) {
  return reply.substr(0, reply.size() - 40);
}

/// Twelve cases, one judge: what goes over the wire is given by how many questions the judge had before.
class JudgeFaults : public JudgedProject {
 protected:
  using Wire = std::function<Plan(int before)>;

  void set_wire(Wire wire) {
    stub_.set_hook([this, wire = std::move(wire)](const net::ServerRequest& request, std::uint64_t, Plan& plan) {
      const auto body = Json::parse(request.body);
      if (body.at("model") == "judge-1") {
        plan = wire(asked_++);
        return;
      }
      const auto text = body.at("messages").back().at("content").get<std::string>();
      plan = {net::Send{http_reply("a good answer to " + text)}};
    });
  }
  // The first question meets a fault, all others are answered.
  void fault_first(const Plan& fault) {
    set_wire([fault](int before) { return before == 0 ? fault : Plan{net::Send{http_reply(kGood)}}; });
  }
  void always(const std::string& bytes) {
    set_wire([bytes](int) { return Plan{net::Send{bytes}}; });
  }
  [[nodiscard]] std::string shown(const std::string& kase = "judged/case-1") const {
    return run({"show", "latest", kase, "--whole"}, 0).out;
  }

  std::atomic<int> asked_ = 0;
};

struct Passing {
  const char* name;
  Plan fault;
};

void PrintTo(const Passing& row, std::ostream* out) {
  *out << row.name;
}

class PassingFault : public JudgeFaults, public ::testing::WithParamInterface<Passing> {};

TEST_P(PassingFault, is_tried_again_and_changes_no_score) {
  write_config("    timeout: {total: 2s, first_token: 2s, idle: 2s}\n");
  fault_first(GetParam().fault);
  const auto verdict = json_of_run({"run"}, 0);
  EXPECT_EQ(verdict.at("verdict"), "PASS");
  EXPECT_EQ(verdict.at("suites").at(0).at("scored"), 12);
  EXPECT_EQ(verdict.at("cost").at("calls"), 24);
  EXPECT_EQ(verdict.at("cost").at("attempts"), 25);
  EXPECT_EQ(asked_, 13);
}

INSTANTIATE_TEST_SUITE_P(
    E2e, PassingFault,
    ::testing::Values(Passing{"a_429", {net::Send{raw_reply(429, "{}")}}},
                      Passing{"a_429_that_says_when", {net::Send{raw_reply(429, "{}", "retry-after: 1\r\n")}}},
                      Passing{"a_500", {net::Send{raw_reply(500, "down")}}},
                      Passing{"a_503", {net::Send{raw_reply(503, "<html>busy</html>", "", "text/html")}}},
                      Passing{"a_reset", {net::Reset{}}}, Passing{"a_close", {net::Close{}}},
                      Passing{"a_reset_within", {net::Send{half(http_reply(kGood))}, net::Reset{}}},
                      Passing{"a_truncation", {net::Send{half(http_reply(kGood))}, net::Close{}}},
                      Passing{"a_stall", {net::Stall{}}},
                      Passing{"a_stall_within", {net::Send{half(http_reply(kGood))}, net::Stall{}}}),
    [](const auto& param) { return param.param.name; });

TEST_F(JudgeFaults, a_wait_asked_for_by_a_judge_is_kept) {
  fault_first({net::Send{raw_reply(429, "{}", "retry-after: 1\r\n")}});
  run({"run", "--concurrency", "1"}, 0);
  EXPECT_NE(shown().find("after waiting 1.00 s"), std::string::npos) << shown();
}

TEST_F(JudgeFaults, a_stream_that_breaks_off_is_tried_again) {
  const std::string head = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n";
  const auto event = [](const std::string& text, const Json& finish) {
    const Json choice{{"index", 0}, {"delta", {{"content", text}}}, {"finish_reason", finish}};
    return "data: " + Json{{"model", "m"}, {"choices", Json::array({choice})}}.dump() + "\n\n";
  };
  write_config();
  auto config = project_.read("assay.yaml");
  const auto at = config.rfind("stream: false");
  project_.write("assay.yaml", config.replace(at, 13, "stream: true"));
  // What came before the break is a verdict, and not the judge's last word.
  set_wire([&](int before) {
    if (before == 0) return Plan{net::Send{head + event(R"({"reason": "", "score": 1})", nullptr)}, net::Close{}};
    return Plan{net::Send{head + event(kGood, nullptr) + event("", "stop") + "data: [DONE]\n\n"}, net::Close{}};
  });
  const auto verdict = json_of_run({"run"}, 0);
  EXPECT_EQ(verdict.at("suites").at(0).at("scored"), 12);
  EXPECT_EQ(asked_, 13);
}

struct Useless {
  const char* name;
  std::string bytes;
  const char* why;
};

void PrintTo(const Useless& row, std::ostream* out) {
  *out << row.name;
}

class UselessReply : public JudgeFaults, public ::testing::WithParamInterface<Useless> {};

TEST_P(UselessReply, leaves_the_sample_unscored_and_says_why) {
  always(GetParam().bytes);
  const auto verdict = json_of_run({"run"}, 2);
  EXPECT_EQ(verdict.at("verdict"), "INCONCLUSIVE");
  EXPECT_EQ(verdict.at("suites").at(0).at("unscored"), 12);
  EXPECT_EQ(asked_, 36) << "three times at most";
  const auto text = shown();
  EXPECT_NE(text.find(GetParam().why), std::string::npos) << text;
}

INSTANTIATE_TEST_SUITE_P(
    E2e, UselessReply,
    ::testing::Values(
        Useless{"empty", says(""), "empty"}, Useless{"white_space", says(" \n\t "), "empty"},
        Useless{"null", reply_of({{"role", "assistant"}, {"content", nullptr}}, "stop"), "empty"},
        Useless{"a_refusal",
                reply_of({{"role", "assistant"}, {"content", nullptr}, {"refusal", "I will not."}}, "stop"), "refused"},
        Useless{"a_content_filter", says(kGood, "content_filter"), "refused"},
        Useless{"cut_at_the_token_limit", says(kGood, "length"), "token limit"},
        Useless{"two_megabytes", says(std::string(2u << 20, 'x') + kGood), "256 KiB"},
        Useless{"a_score_beyond_the_scale", says(R"({"reason": "", "score": 6})"), "score"},
        Useless{"a_score_between", says(R"({"reason": "", "score": 4.5})"), "score"},
        Useless{"not_a_number", says(R"({"reason": "", "score": "NaN"})"), "score"},
        Useless{"one_key_twice", says(R"({"score": 1, "score": 5})"), "twice"}, Useless{"a_list", says("[5]"), "score"},
        Useless{"deep_nesting", says(std::string(5000, '[')), "JSON"}),
    [](const auto& param) { return param.param.name; });

TEST_F(JudgeFaults, a_body_that_is_no_json_is_an_error_and_no_score) {
  struct Row {
    const char* body;
    int attempts;
  };
  // What breaks off is tried again, as a stream cut short is; what is something else is final at once.
  for (const auto& [body, attempts] : {Row{R"({"choices": [{"message": {"content": "score: 5)", 24},
                                       Row{R"({"choices": score: 5})", 12}, Row{R"("score: 5")", 12}}) {
    SCOPED_TRACE(body);
    asked_ = 0;
    always(raw_reply(200, body));
    const auto verdict = json_of_run({"run", "--concurrency", "1"}, 3);
    EXPECT_EQ(verdict.at("verdict"), "ERROR");
    EXPECT_EQ(verdict.at("suites").at(0).at("errored"), 12);
    EXPECT_EQ(asked_, attempts);
  }
}

TEST_F(JudgeFaults, one_that_fails_for_one_case_costs_that_case_alone) {
  set_wire([](int before) { return Plan{net::Send{before == 0 ? raw_reply(403, "{}") : http_reply(kGood)}}; });
  const auto verdict = json_of_run({"run", "--concurrency", "1"}, 2);  // eleven of twelve are not enough
  EXPECT_EQ(verdict.at("suites").at(0).at("errored"), 1);
  EXPECT_EQ(verdict.at("suites").at(0).at("scored"), 11);
}

TEST_F(JudgeFaults, what_a_judge_writes_is_harmless_on_a_terminal_and_in_files) {
  const std::string evil =
      "\x1b[31mred\x1b]0;title\x07 \u202Egnp.exe \u2066x\u2069 <script>alert(1)</script> \r| a | b";
  always(says(Json{{"reason", evil}, {"score", 1}}.dump()));
  const auto ended = run({"run"}, 1);
  std::string said = ended.out + ended.err + shown() + run({"show", "latest"}, 0).out + run({"gate", "latest"}, 1).out +
                     run({"show", "latest", "--metrics"}, 0).out;
  said += run({"label", "latest", "--check", "rubric"}, 0).out;
  EXPECT_NE(said.find("gnp.exe"), std::string::npos) << "the reason is not shown at all";
  for (const std::string& bad :
       {std::string("\x1b"), std::string("\x07"), std::string("\u202E"), std::string("\u2066"), std::string("\r")}) {
    EXPECT_EQ(said.find(bad), std::string::npos) << "byte " << static_cast<int>(bad[0]);
  }
  for (const auto& file : fs::recursive_directory_iterator(project_.folder().path() / ".assay/runs")) {
    if (!file.is_regular_file()) continue;
    EXPECT_EQ(TempDir::read_file(file.path()).find('\x1b'), std::string::npos) << file.path();
  }
}

TEST_F(JudgeFaults, invalid_utf_8_in_a_reply_breaks_nothing) {
  const std::string body =
      "{\"model\":\"m\",\"choices\":[{\"message\":{\"role\":\"assistant\",\"content\":\"bad \xff\xfe "
      "byte\\nscore: 5\"},\"finish_reason\":\"stop\"}]}";
  always(raw_reply(200, body));
  const auto ended = project_.assay({"run", "--json", "--quiet", "--record", "calls.jsonl"});
  EXPECT_TRUE(ended.code == 0 || ended.code == 2 || ended.code == 3) << ended.err;
  const auto first = json_of(ended.out);
  const auto again = project_.assay({"run", "--json", "--quiet", "--replay", "calls.jsonl"});
  EXPECT_EQ(json_of(again.out).at("decision"), first.at("decision"));
  (void)json_of(run({"show", "latest", "--json"}, 0).out);
}

/// All that a project's runs leave behind, and what they said.
class JudgeSecrets : public JudgeFaults {
 protected:
  void SetUp() override {
    JudgeFaults::SetUp();
    project_.environment = {{"JUDGE_KEY", kKey}, {"JUDGE_TOKEN", kToken}};
    write_config("    api_key_env: JUDGE_KEY\n    headers: {x-gateway: \"${JUDGE_TOKEN}\"}\n",
                 "redact: [\"canary-by-pattern-[0-9]+\"]\n");
  }
  void keep(const Finished& ended) { said_ += ended.out + ended.err; }
  void expect_no_secret() const {
    auto all = said_;
    for (const auto& entry : fs::recursive_directory_iterator(project_.folder().path())) {
      if (entry.is_regular_file()) all += TempDir::read_file(entry.path());
    }
    ASSERT_NE(all.find("judged"), std::string::npos);
    for (const auto& secret : {kKey, kToken, kSession, std::string("canary\\/9c1e")}) {
      const auto at = all.find(secret);
      EXPECT_EQ(at, std::string::npos) << secret << " in …" << all.substr(at < 100 ? 0 : at - 100, 250);
    }
  }

  const std::string kKey = "sk-canary/9c1e+77";
  const std::string kToken = "gw-canary-22bb";
  const std::string kSession = "canary-by-pattern-4321";
  std::string said_;
};

TEST_F(JudgeSecrets, are_sent_to_the_judge_alone_and_found_nowhere) {
  std::string at_judge;
  std::string at_target;
  std::string headers_at_target;
  const auto echo =
      says(Json{{"reason", "the key is " + kKey + " and " + kToken + " and " + kSession}, {"score", 1}}.dump());
  stub_.set_hook([&](const net::ServerRequest& request, std::uint64_t, Plan& plan) {
    const bool judge = Json::parse(request.body).at("model") == "judge-1";
    (judge ? at_judge : at_target) = std::string(request.header("authorization"));
    if (!judge) headers_at_target = std::string(request.header("x-gateway"));
    plan = {net::Send{judge ? echo : http_reply("an answer")}};
  });
  keep(project_.assay({"run", "--record", "calls.jsonl", "--out", "out"}));
  EXPECT_EQ(at_judge, "Bearer " + kKey);
  EXPECT_EQ(at_target, "");
  EXPECT_EQ(headers_at_target, "");
  for (const auto& command : std::vector<std::vector<std::string>>{{"show", "latest"},
                                                                   {"show", "latest", "judged/case-1", "--whole"},
                                                                   {"show", "latest", "--json"},
                                                                   {"show", "latest", "--metrics"},
                                                                   {"gate", "latest"},
                                                                   {"label", "latest", "--check", "rubric"},
                                                                   {"score", "latest"},
                                                                   {"run", "--replay", "calls.jsonl"}}) {
    keep(project_.assay(command));
  }
  EXPECT_NE(said_.find("the key is"), std::string::npos);
  expect_no_secret();
}

TEST_F(JudgeSecrets, that_an_answer_holds_are_gone_before_the_judge_sees_it) {
  std::string seen;
  stub_.set_hook([&](const net::ServerRequest& request, std::uint64_t, Plan& plan) {
    const bool judge = Json::parse(request.body).at("model") == "judge-1";
    if (judge) seen += request.body;
    plan = {net::Send{judge ? http_reply(kGood) : http_reply("it is " + kSession + " and " + kKey)}};
  });
  keep(project_.assay({"run", "--record", "calls.jsonl"}));
  EXPECT_NE(seen.find("it is "), std::string::npos);
  EXPECT_EQ(seen.find(kSession), std::string::npos) << "what must not be stored must not be sent on";
  EXPECT_EQ(seen.find(kKey), std::string::npos);
  expect_no_secret();
}

TEST_F(JudgeSecrets, in_an_error_of_the_judge_are_found_nowhere) {
  always(raw_reply(401,
                   R"({"error": {"message": "Incorrect API key provided: )" + kKey + R"(", "type": ")" + kSession +
                       R"(", "code": "sk-canary\/9c1e+77"}})",
                   "x-request-id: req-" + kKey + "\r\n"));
  keep(project_.assay({"run", "--record", "calls.jsonl"}));
  keep(project_.assay({"show", "latest", "judged/case-1"}));
  keep(project_.assay({"show", "latest", "--json"}));
  expect_no_secret();
}

TEST_F(JudgeSecrets, that_tokens_spell_are_found_nowhere) {
  write_suite("    - g_eval: {criteria: It is good., scale: {1: bad, 5: good}, pass: 4}\n");
  Json tokens = Json::array();
  for (const std::string token : {"sk-", "canary", "/9c1e", "+77", " score", ": ", "5"}) {
    const Json top = Json::array({{{"token", token}, {"logprob", -0.1}}, {{"token", kToken}, {"logprob", -3}}});
    tokens.push_back({{"token", token}, {"logprob", -0.1}, {"top_logprobs", top}});
  }
  const Json choice{{"index", 0},
                    {"message", {{"role", "assistant"}, {"content", kKey + "\nscore: 5"}}},
                    {"finish_reason", "stop"},
                    {"logprobs", {{"content", tokens}}}};
  always(raw_reply(200, Json{{"model", "m"}, {"choices", Json::array({choice})}}.dump()));
  keep(project_.assay({"run", "--record", "calls.jsonl"}));
  keep(project_.assay({"show", "latest", "judged/case-1", "--whole"}));
  expect_no_secret();
  // In the tokens of a cassette a secret stands in pieces.
  EXPECT_EQ(project_.read("calls.jsonl").find("/9c1e"), std::string::npos);
}

TEST_F(JudgeSecrets, stay_secret_while_a_judge_is_measured) {
  project_.write("human.jsonl",
                 R"({"suite": "judged", "case": "case-1", "answer": "x", "check": "rubric", "pass": true, "by": "ana"}
)");
  always(says(Json{{"reason", kKey + " " + kSession}, {"score", 5}}.dump()));
  keep(run({"calibrate", "suite.yaml", "--labels", "human.jsonl", "--record", "judge.jsonl"}, 0));
  expect_no_secret();
}

}  // namespace
}  // namespace assay::e2e
