/// Whole applications as targets, over HTTP and as programs, and programs as checks: asked, failed, bounded, replayed.

#include "tests/e2e/project.hpp"

#include <algorithm>
#include <csignal>
#include <fstream>
#include <ostream>
#include <thread>

namespace assay::e2e {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using Plan = net::WirePlan;

std::string http(int status, const std::string& body, const std::string& headers = {}) {
  return "HTTP/1.1 " + std::to_string(status) + " X\r\ncontent-type: application/json\r\n" + headers +
         "content-length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

std::string chat(const std::string& text) {
  const Json choice{{"index", 0}, {"message", {{"role", "assistant"}, {"content", text}}}, {"finish_reason", "stop"}};
  return http(200, Json{{"model", "judge-1"}, {"choices", Json::array({choice})}}.dump());
}

class Applications : public ::testing::Test {
 protected:
  void write_suite(const std::string& checks, int cases = 3) const {
    std::string suite =
        "version: 1\nsuite: app\nfloor: 0.5\nmessages:\n  - system: Be brief.\n  - user: \"Question {{n}}?\"\n"
        "defaults:\n  checks:\n" +
        checks + "cases:\n";
    for (int n = 1; n <= cases; ++n) {
      const auto text = std::to_string(n);
      suite += "  - {id: case-" + text + ", vars: {n: " + text + ", reference: \"Answer " + text + ".\"}}\n";
    }
    project_.write("suite.yaml", suite);
  }

  Finished run(const std::vector<std::string>& arguments, int code) const {
    auto ended = project_.assay(arguments);
    EXPECT_EQ(ended.code, code) << ended.out << ended.err;
    return ended;
  }
  Json json_of_run(std::vector<std::string> arguments, int code) const {
    arguments.insert(arguments.end(), {"--json", "--quiet"});
    return json_of(run(arguments, code).out);
  }
  Json only_suite(const std::vector<std::string>& arguments, int code) const {
    return json_of_run(arguments, code).at("suites").at(0);
  }
  [[nodiscard]] std::string shown() const { return run({"show", "latest", "app/case-1", "--whole"}, 0).out; }

  Project project_;
  StubThread stub_;
};

/// `api: http`: what it is asked and what it replies.
class HttpApplication : public Applications {
 protected:
  void SetUp() override {
    write_suite("    - contains: Answer\n", 12);
    write_config();
    reply([](const Json& asked, int) { return http(200, reply_to(asked)); });
  }

  void write_config(const std::string& more = {}) const {
    project_.write(
        "assay.yaml",
        "version: 1\ntargets:\n  shop:\n    api: http\n    url: " + stub_.url() +
            "/ask?tenant=9\n    body: {q: \"{{prompt}}\", role: \"{{system}}\", history: \"{{messages}}\", top_k: 5}\n"
            "    reply: {answer: $.result.answer, contexts: \"$.docs[*].text\", input_tokens: $.in, "
            "output_tokens: $.out, model: $.version}\n    price: {input_per_mtok: 1, output_per_mtok: 2}\n"
            "    retries: {max: 1, backoff: 1ms..2ms}\n" +
            more + "judges:\n  strict: {url: '" + stub_.url() +
            "', model: judge-1, stream: false}\nsuites: [suite.yaml]\n");
  }

  static std::string reply_to(const Json& asked) {
    const auto question = asked.at("q").get<std::string>();
    const auto number = question.substr(9, question.size() - 10);
    return Json{{"result", {{"answer", "Answer " + number + "."}}},
                {"docs", {{{"text", "Passage one of " + number + "."}}, {{"text", "Passage two."}}}},
                {"in", 7},
                {"out", 3},
                {"version", "shop-4"}}
        .dump();
  }

  // What the application sends; the judge finds one claim, and that the contexts support it.
  void reply(std::function<std::string(const Json& asked, int before)> application) {
    stub_.set_hook(
        [this, application = std::move(application)](const net::ServerRequest& request, std::uint64_t, Plan& plan) {
          const auto body = Json::parse(request.body);
          if (!body.contains("q")) {
            judged_ += request.body;
            const bool claims = request.body.find("take a text apart") != std::string::npos;
            plan = {net::Send{chat(claims ? R"({"claims": [{"id": 1, "text": "It is so."}]})"
                                          : R"({"verdicts": [{"id": 1, "reason": "one", "verdict": "supported"}]})")}};
            return;
          }
          target_ = request.target;
          asked_ = body;
          key_ = request.header("authorization");
          plan = {net::Send{application(body, count_++)}};
        });
  }

  std::atomic<int> count_ = 0;
  Json asked_;
  std::string target_;
  std::string key_;
  std::string judged_;
};

TEST_F(HttpApplication, is_asked_by_a_template_and_read_by_paths) {
  project_.environment = {{"SHOP_KEY", "sk-shop-1"}};
  write_config("    api_key_env: SHOP_KEY\n");
  const auto verdict = json_of_run({"run", "--concurrency", "1"}, 0);
  EXPECT_EQ(target_, "/v1/ask?tenant=9");
  EXPECT_EQ(key_, "Bearer sk-shop-1");
  EXPECT_EQ(
      asked_,
      (Json{{"q", "Question 12?"},
            {"role", "Be brief."},
            {"top_k", 5},
            {"history",
             {{{"role", "system"}, {"content", "Be brief."}}, {{"role", "user"}, {"content", "Question 12?"}}}}}));
  EXPECT_NEAR(verdict.at("cost").at("usd").get<double>(), 12 * (7 + 2 * 3) * 1e-6, 1e-12);
  const auto text = shown();
  EXPECT_NE(text.find("Passage one of 1."), std::string::npos) << text;
  EXPECT_NE(text.find("shop-4"), std::string::npos) << text;
  EXPECT_EQ(text.find("sk-shop-1"), std::string::npos);
}

TEST_F(HttpApplication, gives_contexts_that_faithfulness_sees_and_a_replay_too) {
  write_suite("    - faithfulness: {}\n");
  const auto first = json_of_run({"run", "--record", "calls.jsonl"}, 0);
  EXPECT_EQ(first.at("suites").at(0).at("scored"), 3);
  EXPECT_NE(judged_.find("Passage one of 2."), std::string::npos) << judged_;
  EXPECT_NE(judged_.find("Passage two."), std::string::npos);
  const auto requests = stub_.requests();
  const auto again = json_of_run({"run", "--replay", "calls.jsonl"}, 0);
  EXPECT_EQ(stub_.requests(), requests);
  EXPECT_EQ(again.at("decision"), first.at("decision"));
  judged_.clear();
  json_of_run({"score", first.at("run").get<std::string>()}, 0);
  EXPECT_EQ(stub_.requests(), requests + 6) << "the judge alone is asked";
  EXPECT_NE(judged_.find("Passage one of 2."), std::string::npos) << "stored answers keep their contexts";
}

TEST_F(HttpApplication, without_contexts_in_one_reply_leaves_that_sample_unscored) {
  write_suite("    - faithfulness: {}\n");
  reply([](const Json& asked, int) {
    auto body = Json::parse(reply_to(asked));
    if (asked.at("q") == "Question 2?") body["docs"] = Json::array();
    if (asked.at("q") == "Question 3?") body["docs"] = "none";
    return http(200, body.dump());
  });
  const auto suite = only_suite({"run"}, 2);
  EXPECT_EQ(suite.at("scored"), 1) << suite;
  EXPECT_EQ(suite.at("unscored"), 2) << suite;
}

TEST_F(HttpApplication, secrets_in_its_answer_and_passages_are_found_nowhere) {
  project_.environment = {{"SHOP_KEY", "sk-canary/shop+1"}};
  write_config("    api_key_env: SHOP_KEY\n");
  write_suite("    - faithfulness: {}\n");
  reply([](const Json& asked, int) {
    auto body = Json::parse(reply_to(asked));
    body["docs"][0]["text"] = "the key is sk-canary/shop+1";
    body["result"]["answer"] = "Answer sk-canary/shop+1";
    return http(200, body.dump());
  });
  auto all = run({"run", "--record", "calls.jsonl"}, 0).out + shown() + judged_;
  for (const auto& entry : fs::recursive_directory_iterator(project_.folder().path())) {
    if (entry.is_regular_file()) all += TempDir::read_file(entry.path());
  }
  EXPECT_NE(all.find("the key is"), std::string::npos);
  for (const std::string secret : {"sk-canary/shop", "canary\\/shop"})
    EXPECT_EQ(all.find(secret), std::string::npos) << secret;
}

struct Reply {
  const char* name;
  std::string bytes;
  int attempts;      // of the twelve
  const char* said;  // in `assay show`
};

void PrintTo(const Reply& row, std::ostream* out) {
  *out << row.name;
}

class HttpFailure : public HttpApplication, public ::testing::WithParamInterface<Reply> {};

TEST_P(HttpFailure, is_an_error_that_says_what_came) {
  reply([](const Json&, int) { return GetParam().bytes; });
  const auto verdict = json_of_run({"run", "--concurrency", "1"}, 3);
  EXPECT_EQ(verdict.at("verdict"), "ERROR");
  EXPECT_EQ(verdict.at("suites").at(0).at("errored"), 12);
  EXPECT_EQ(verdict.at("cost").at("attempts"), GetParam().attempts);
  const auto text = shown();
  EXPECT_NE(text.find(GetParam().said), std::string::npos) << text;
}

INSTANTIATE_TEST_SUITE_P(
    E2e, HttpFailure,
    ::testing::Values(Reply{"a_400", http(400, R"({"detail": "q is too long"})"), 12, "q is too long"},
                      Reply{"a_404", http(404, "{}"), 12, "404"}, Reply{"a_500", http(500, "down"), 24, "500"},
                      Reply{"a_429", http(429, "{}"), 24, "429"},
                      Reply{"no_answer", http(200, R"({"result": {}})"), 12, "$.result.answer"},
                      Reply{"a_null_answer", http(200, R"({"result": {"answer": null}})"), 12, "$.result.answer"},
                      Reply{"no_json", http(200, "<html>"), 12, "not JSON"},
                      Reply{"an_empty_body", http(200, ""), 12, "not JSON"}),
    [](const auto& param) { return param.param.name; });

TEST_F(HttpApplication, is_tried_again_after_a_fault_that_passes) {
  for (const auto& fault : {http(429, "{}", "retry-after: 0\r\n"), http(503, "down"), http(502, "")}) {
    count_ = 0;
    reply([&](const Json& asked, int before) { return before == 0 ? fault : http(200, reply_to(asked)); });
    const auto verdict = json_of_run({"run"}, 0);
    EXPECT_EQ(verdict.at("cost").at("attempts"), 13);
  }
}

TEST_F(HttpApplication, answers_that_are_no_text_are_shown_as_json) {
  reply([](const Json&, int) { return http(200, R"({"result": {"answer": {"b": [1, "Answer"], "a": null}}})"); });
  run({"run"}, 0);
  EXPECT_NE(shown().find(R"({"a":null,"b":[1,"Answer"]})"), std::string::npos) << shown();
}

TEST_F(HttpApplication, asked_something_else_is_another_measurement) {
  run({"run", "--concurrency", "1", "--max-tokens", "35"}, 2);
  const auto config = project_.read("assay.yaml");
  auto changed = config;
  project_.write("assay.yaml", changed.replace(changed.find("top_k: 5"), 8, "top_k: 9"));
  reply([](const Json& asked, int) { return http(200, reply_to(asked)); });
  const auto before = stub_.requests();
  const auto refused = run({"run", "--resume", "latest", "--max-tokens", "100000"}, 4);
  EXPECT_NE(refused.err.find("changed since it started"), std::string::npos) << refused.err;
  EXPECT_EQ(stub_.requests(), before);
  project_.write("assay.yaml", config);
  EXPECT_EQ(only_suite({"run", "--resume", "latest", "--max-tokens", "100000"}, 0).at("scored"), 12);
}

TEST_F(HttpApplication, asked_something_else_is_not_answered_from_a_cassette) {
  run({"run", "--record", "calls.jsonl"}, 0);
  auto config = project_.read("assay.yaml");
  project_.write("assay.yaml", config.replace(config.find("top_k: 5"), 8, "top_k: 9"));
  const auto before = stub_.requests();
  run({"run", "--replay", "calls.jsonl"}, 3);
  run({"run", "--cassette", "calls.jsonl"}, 0);
  EXPECT_EQ(stub_.requests(), before + 12) << "answers to another request were taken for these";
}

TEST_F(HttpApplication, what_is_wrong_in_its_configuration_is_said_with_its_line) {
  struct Wrong {
    std::string lines;
    std::string said;
  };
  const auto head = "version: 1\ntargets:\n  shop:\n    api: http\n    url: " + stub_.url() + "\n";
  for (const auto& row :
       {Wrong{"    body: {q: \"{{prompt}}\"}\n", "`reply`"}, Wrong{"    reply: {answer: $.a}\n", "`body`"},
        Wrong{"    body: {q: \"{{promt}}\"}\n    reply: {answer: $.a}\n", "promt"},
        Wrong{"    body: {q: \"{{prompt}\"}\n    reply: {answer: $.a}\n", "{{"},
        Wrong{"    body: {q: 1}\n    reply: {answer: \"$.a[*]\"}\n", "several"},
        Wrong{"    body: {q: 1}\n    reply: {answer: \"a..b[\"}\n", "no path"},
        Wrong{"    body: {q: 1}\n    reply: {contexts: $.a}\n", "answer"},
        Wrong{"    body: {q: 1}\n    reply: {answer: $.a, contxts: $.b}\n", "contexts"},
        Wrong{"    body: {q: 1}\n    reply: {answer: $.a}\n    command: [cat]\n", "api: command"}}) {
    SCOPED_TRACE(row.lines);
    project_.write("assay.yaml", head + row.lines + "suites: [suite.yaml]\n");
    const auto ended = run({"run"}, 4);
    EXPECT_NE(ended.err.find("assay.yaml:"), std::string::npos) << ended.err;
    EXPECT_NE(ended.err.find(row.said), std::string::npos) << ended.err;
  }
  EXPECT_EQ(stub_.requests(), 0U);
}

// --- programs ---

bool is_alive(const std::string& pid) {
  std::ifstream in("/proc/" + pid + "/stat");
  std::string number;
  std::string name;
  std::string state;
  return in >> number >> name >> state && state != "Z" && state != "X";
}

bool is_gone(const std::string& pid) {
  for (int i = 0; i < 1000 && is_alive(pid); ++i) std::this_thread::sleep_for(10ms);
  return !is_alive(pid);
}

/// `api: command`: a shell script in the project's folder.
class Programs : public Applications {
 protected:
  void SetUp() override {
    project_.environment = {{"LANG", "C.UTF-8"}, {"CANARY_KEY", "sk-canary-env"}, {"APP_MODE", "quiet"}};
    write_suite("    - contains: Answer\n");
  }

  void write_script(const std::string& name, const std::string& body) const {
    const auto file = project_.write(name, "#!/bin/sh\n" + body);
    fs::permissions(file, fs::perms::owner_all);
  }
  // A target that runs the script, every start of which leaves a line in `starts`.
  void target(const std::string& body, const std::string& more = {}) const {
    write_script("app.sh", "echo start >> starts\n" + body);
    project_.write("assay.yaml",
                   "version: 1\ntargets:\n  app:\n    api: command\n    command: [./app.sh, --fast]\n"
                   "    retries: {max: 1, backoff: 1ms..2ms}\n" +
                       more + "suites: [suite.yaml]\n");
  }
  [[nodiscard]] long starts() const {
    const auto text = project_.has("starts") ? project_.read("starts") : "";
    return std::count(text.begin(), text.end(), '\n');
  }
};

constexpr const char* kAnswer = R"sh(printf '{"answer": "Answer"}')sh";

TEST_F(Programs, a_program_reads_the_messages_and_answers_with_contexts) {
  target(
      R"sh(cat > input.json; printf '{"answer": "Answer", "contexts": ["one"], "usage": {"input_tokens": 7, "output_tokens": 3}, "model": "app-2"}')sh",
      "    params: {top_k: 3}\n    price: {input_per_mtok: 1, output_per_mtok: 2}\n");
  const auto verdict = json_of_run({"run", "--concurrency", "1"}, 0);
  const auto input = json_of(project_.read("input.json"));
  EXPECT_EQ(input.at("messages").at(1), (Json{{"role", "user"}, {"content", "Question 3?"}}));
  EXPECT_EQ(input.at("params").at("top_k"), 3);
  EXPECT_NEAR(verdict.at("cost").at("usd").get<double>(), 3 * 13e-6, 1e-12);
  EXPECT_EQ(starts(), 3);
  const auto text = shown();
  EXPECT_NE(text.find("one"), std::string::npos) << text;
  EXPECT_NE(text.find("app-2"), std::string::npos) << text;
}

TEST_F(Programs, a_program_is_given_what_it_is_listed_and_nothing_else) {
  target("env > environment; pwd > folder; " + std::string(kAnswer), "    env: [APP_MODE, NOT_SET]\n");
  fs::create_directories(project_.folder() / "elsewhere");
  run({"run", "--concurrency", "1"}, 0);
  const auto environment = project_.read("environment");
  for (const std::string wanted : {"PATH=", "HOME=", "LANG=C.UTF-8", "APP_MODE=quiet"}) {
    EXPECT_NE(environment.find(wanted), std::string::npos) << environment;
  }
  EXPECT_EQ(environment.find("canary"), std::string::npos) << environment;
  EXPECT_EQ(environment.find("NOT_SET"), std::string::npos) << environment;
  EXPECT_EQ(project_.read("folder"), fs::canonical(project_.folder().path()).string() + "\n");
}

struct Misbehaviour {
  const char* name;
  std::string script;
  int starts;        // of three cases
  const char* said;  // in `assay show`
};

void PrintTo(const Misbehaviour& row, std::ostream* out) {
  *out << row.name;
}

class Misbehaving : public Programs, public ::testing::WithParamInterface<Misbehaviour> {};

TEST_P(Misbehaving, is_an_error_that_says_what_the_program_did) {
  target(GetParam().script, "    timeout: {total: 20s}\n");
  const auto suite = only_suite({"run"}, 3);
  EXPECT_EQ(suite.at("errored"), 3);
  EXPECT_EQ(starts(), GetParam().starts);
  const auto text = shown();
  EXPECT_NE(text.find(GetParam().said), std::string::npos) << text.substr(0, 4000);
}

INSTANTIATE_TEST_SUITE_P(
    E2e, Misbehaving,
    ::testing::Values(Misbehaviour{"exit_status", "echo 'no such index' >&2; exit 3", 3, "no such index"},
                      Misbehaviour{"another_attempt", "exit 75", 6, "75"},
                      Misbehaviour{"a_signal", "kill -9 $$", 3, "signal 9"},
                      Misbehaviour{"an_answer_and_a_failure", std::string(kAnswer) + "; exit 1", 3, "exit status 1"},
                      Misbehaviour{"no_output", "exit 0", 3, "not JSON"},
                      Misbehaviour{"no_json", "echo Answer", 3, "Answer"},
                      Misbehaviour{"no_answer", "echo '{\"text\": \"Answer\"}'", 3, "$.answer"},
                      Misbehaviour{"a_list", "echo '[\"Answer\"]'", 3, "$.answer"},
                      Misbehaviour{"json_and_a_log", std::string(kAnswer) + "; echo done", 3, "not JSON"},
                      Misbehaviour{"twenty_megabytes", "head -c 20000000 /dev/zero | tr '\\0' x", 3, "16777216"},
                      Misbehaviour{"no_end", "yes Answer", 3, "16777216"},
                      Misbehaviour{"escapes_on_stderr", "printf '\\033[31mred\\007' >&2; exit 1", 3, "red"}),
    [](const auto& param) { return param.param.name; });

TEST_F(Programs, a_megabyte_on_stderr_and_an_unread_input_hold_nobody_up) {
  auto suite = project_.read("suite.yaml");
  const std::string question = "Question {{n}}?";
  project_.write("suite.yaml",
                 suite.replace(suite.find(question), question.size(), question + std::string(300000, 'x')));
  target("head -c 1000000 /dev/zero | tr '\\0' e >&2; " + std::string(kAnswer));
  EXPECT_EQ(only_suite({"run"}, 0).at("scored"), 3);
}

TEST_F(Programs, invalid_utf_8_in_an_answer_is_stored_shown_and_replayed) {
  target(R"sh(printf '{"answer": "Answer \377\376 end", "contexts": ["\303("]}')sh");
  const auto ended = project_.assay({"run", "--json", "--quiet", "--record", "calls.jsonl"});
  const auto again = project_.assay({"run", "--json", "--quiet", "--replay", "calls.jsonl"});
  EXPECT_EQ(again.code, ended.code) << again.err;
  EXPECT_EQ(json_of(again.out).at("decision"), json_of(ended.out).at("decision"));
  (void)json_of(run({"show", "latest", "--json"}, 0).out);
  EXPECT_EQ(starts(), 3);
}

TEST_F(Programs, one_that_hangs_is_gone_with_its_children_when_its_time_is_over) {
  target("sleep 300 & echo $! > child; echo $$ > parent; wait", "    timeout: {total: 300ms}\n");
  write_suite("    - contains: Answer\n", 1);
  const auto suite = only_suite({"run"}, 2);
  EXPECT_EQ(suite.at("errored"), 1);
  EXPECT_EQ(starts(), 2) << "a time that is over may be tried again";
  for (const std::string name : {"child", "parent"}) {
    auto pid = project_.read(name);
    pid.erase(pid.find_last_not_of('\n') + 1);
    ASSERT_FALSE(pid.empty());
    EXPECT_TRUE(is_gone(pid)) << name;
  }
}

TEST_F(Programs, what_one_leaves_behind_is_gone_when_it_ends) {
  target("sleep 300 & echo $! > child; " + std::string(kAnswer));
  EXPECT_EQ(only_suite({"run", "--concurrency", "1"}, 0).at("scored"), 3);
  auto pid = project_.read("child");
  pid.erase(pid.find_last_not_of('\n') + 1);
  EXPECT_TRUE(is_gone(pid));
}

TEST_F(Programs, a_signal_ends_those_under_way_and_a_resume_starts_only_the_rest) {
  target("if [ -e hang ] && [ $(wc -l < starts) -gt 1 ]; then echo $$ > parent; sleep 300; fi; " +
         std::string(kAnswer));
  project_.write("hang", "");
  auto process = project_.start({"run", "--concurrency", "1"});
  for (int i = 0; i < 6000 && !project_.has("parent"); ++i) std::this_thread::sleep_for(10ms);
  ASSERT_TRUE(project_.has("parent"));
  process->send(SIGINT);
  const auto ended = process->wait();
  EXPECT_EQ(ended.code, 130) << ended.err;
  auto pid = project_.read("parent");
  pid.erase(pid.find_last_not_of('\n') + 1);
  EXPECT_TRUE(is_gone(pid));
  fs::remove(project_.folder() / "hang");
  EXPECT_EQ(only_suite({"run", "--resume", "latest"}, 0).at("scored"), 3);
  EXPECT_EQ(starts(), 4) << "the first is stored, the second was under way";
}

TEST_F(Programs, a_replay_starts_none_even_where_there_is_none) {
  target(kAnswer);
  write_script("grade.sh", "echo grade >> grades; echo '{\"score\": 1}'");
  write_suite("    - exec: [./grade.sh]\n");
  const auto first = json_of_run({"run", "--record", "calls.jsonl"}, 0);
  EXPECT_EQ(starts(), 3);
  const auto graded = project_.read("grades");
  const auto again = json_of_run({"run", "--replay", "calls.jsonl"}, 0);
  EXPECT_EQ(starts(), 3);
  EXPECT_EQ(project_.read("grades"), graded);
  EXPECT_EQ(again.at("decision"), first.at("decision"));
  EXPECT_EQ(again.at("cost").at("cached"), 6);
  fs::remove(project_.folder() / "app.sh");
  json_of_run({"run", "--replay", "calls.jsonl"}, 0);
}

TEST_F(Programs, one_that_is_not_there_is_said_at_once_with_its_line) {
  target(kAnswer);
  fs::remove(project_.folder() / "app.sh");
  const auto missing = run({"run"}, 4);
  EXPECT_NE(missing.err.find("assay.yaml:4:"), std::string::npos) << missing.err;
  EXPECT_NE(missing.err.find("./app.sh"), std::string::npos) << missing.err;
  project_.write("app.sh", "echo not to be run\n");
  EXPECT_NE(run({"run"}, 4).err.find("chmod"), std::string::npos);
  EXPECT_FALSE(project_.has(".assay")) << "something was stored";
}

/// `exec`: a program scores the answers of a model.
class ExecCheck : public Programs {
 protected:
  void SetUp() override {
    Programs::SetUp();
    project_.write("assay.yaml", "version: 1\ntargets: {t: {url: '" + stub_.url() +
                                     "', model: m, api_key_env: CANARY_KEY}}\nsuites: [suite.yaml]\n");
    write_suite("    - exec: {command: [./grade.sh], time_limit: 5s}\n");
  }
  void grade(const std::string& body) const { write_script("grade.sh", "echo start >> starts\n" + body); }
};

struct Graded {
  const char* name;
  std::string script;
  int exit;
  const char* state;  // the key of the balance that all three samples are under
  const char* said;
};

void PrintTo(const Graded& row, std::ostream* out) {
  *out << row.name;
}

class ExecOutcome : public ExecCheck, public ::testing::WithParamInterface<Graded> {};

TEST_P(ExecOutcome, is_what_the_program_says) {
  grade(GetParam().script);
  const auto suite = only_suite({"run"}, GetParam().exit);
  EXPECT_EQ(suite.at(GetParam().state), 3) << suite;
  EXPECT_EQ(starts(), 3);
  const auto text = shown();
  EXPECT_NE(text.find(GetParam().said), std::string::npos) << text;
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(
    E2e, ExecOutcome,
    ::testing::Values(
        Graded{"pass", "echo '{\"score\": 1, \"reason\": \"fine\"}'", 0, "scored", "100.0 %"},
        Graded{"fail", "echo '{\"pass\": false, \"reason\": \"too \\u001b[31mlong\"}'", 1, "scored", "too "},
        Graded{"could_not_tell", "echo '{\"score\": null, \"reason\": \"no internet\"}'", 2, "unscored", "no internet"},
        Graded{"malformed", "echo '{\"score\": '", 2, "unscored", "JSON"},
        Graded{"invalid_utf_8", "printf '{\"score\": 1, \"reason\": \"\\377\"}'", 0, "scored", "100.0 %"},
        Graded{"no_output", "exit 0", 2, "unscored", "nothing"},
        Graded{"exit_status", "echo '{\"score\": 1}'; echo 'no disk' >&2; exit 2", 3, "errored", "no disk"},
        Graded{"a_signal", "kill -9 $$", 3, "errored", "signal 9"}, Graded{"too_much", "yes", 3, "errored", "bytes"}),
    [](const auto& param) { return param.param.name; });

TEST_F(ExecCheck, one_that_hangs_is_an_error_and_gone) {
  write_suite("    - exec: {command: [./grade.sh], time_limit: 200ms}\n", 1);
  grade("sleep 300 & echo $! > child; wait");
  EXPECT_EQ(only_suite({"run"}, 2).at("errored"), 1);
  auto pid = project_.read("child");
  pid.erase(pid.find_last_not_of('\n') + 1);
  EXPECT_TRUE(is_gone(pid));
}

TEST_F(ExecCheck, sees_no_secret) {
  grade("env > environment; cat > input.json; echo '{\"score\": 1}'");
  run({"run", "--concurrency", "1"}, 0);
  EXPECT_EQ(project_.read("environment").find("canary"), std::string::npos);
  EXPECT_EQ(project_.read("environment").find("APP_MODE"), std::string::npos);
  const auto input = json_of(project_.read("input.json"));
  EXPECT_EQ(input.at("answer"), "ok");
  EXPECT_EQ(input.at("vars").at("reference"), "Answer 3.");
}

TEST_F(ExecCheck, one_that_is_missing_is_said_with_file_and_line) {
  const auto missing = run({"run"}, 4);
  EXPECT_NE(missing.err.find("suite.yaml:9:"), std::string::npos) << missing.err;
  EXPECT_NE(missing.err.find("./grade.sh"), std::string::npos) << missing.err;
  EXPECT_EQ(run({"validate", "suite.yaml"}, 4).err.find("internal"), std::string::npos);
  EXPECT_EQ(stub_.requests(), 0U);
}

TEST_F(ExecCheck, a_pattern_to_redact_leaves_its_numbers_alone_and_not_its_words) {
  project_.write("assay.yaml", project_.read("assay.yaml") + "redact: ['\\b[0-9]{13,19}\\b']\n");
  write_suite("    - exec: {command: [./grade.sh], threshold: 0.3}\n");
  grade("echo '{\"score\": 0.3333333333333333, \"reason\": \"card 4111111111111111\"}'");
  EXPECT_EQ(only_suite({"run"}, 0).at("scored"), 3);
  EXPECT_EQ(shown().find("4111111111111111"), std::string::npos) << shown();
}

TEST_F(ExecCheck, one_that_was_changed_is_asked_anew) {
  grade("echo '{\"score\": 1}'");
  json_of_run({"run", "--record", "calls.jsonl"}, 0);
  EXPECT_EQ(starts(), 3);
  grade("echo '{\"score\": 0}'");
  EXPECT_EQ(run({"run", "--replay", "calls.jsonl"}, 3).code, 3) << "another program's scores are not this one's";
  EXPECT_EQ(starts(), 3);
  json_of_run({"run", "--cassette", "calls.jsonl"}, 1);
  EXPECT_EQ(starts(), 6);
}

}  // namespace
}  // namespace assay::e2e
