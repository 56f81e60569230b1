#include "tests/e2e/judged_project.hpp"

namespace assay::e2e {

namespace {

constexpr int kCases = 12;

std::string all_text(const Json& body) {
  std::string text;
  for (const auto& message : body.at("messages")) text += message.at("content").get<std::string>() + "\n";
  return text;
}

}  // namespace

std::string http_reply(const std::string& text, int status) {
  const Json usage{{"prompt_tokens", 10}, {"completion_tokens", 5}, {"total_tokens", 15}};
  const Json message{{"role", "assistant"}, {"content", text}};
  const Json choice{{"index", 0}, {"message", message}, {"finish_reason", "stop"}};
  const auto body = Json{{"id", "r"}, {"model", "m"}, {"choices", Json::array({choice})}, {"usage", usage}}.dump();
  return "HTTP/1.1 " + std::to_string(status) +
         " X\r\ncontent-type: application/json\r\ncontent-length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

void JudgedProject::SetUp() {
  stub_.set_hook([this](const net::ServerRequest& request, std::uint64_t, net::WirePlan& plan) {
    plan = {net::Send{answer(Json::parse(request.body))}};
  });
  write_suite("    - rubric: {criteria: It is good., scale: {1: bad, 5: good}, pass: 4}\n");
  write_config();
}

std::string JudgedProject::answer(const Json& body) {
  const auto text = all_text(body);
  if (body.at("model") == "judge-1") {
    ++judges_;
    const std::lock_guard lock(mutex_);
    if (judge_) return judge_(body);
    const bool good = text.find("a good answer") != std::string::npos;
    return http_reply(good ? R"({"reason": "it is good", "score": 5})" : R"({"reason": "it is bad", "score": 1})");
  }
  ++targets_;
  const auto number = std::stoi(text.substr(text.find("Question ") + 9));
  return http_reply((number <= good_ ? "a good answer to " : "a poor reply to ") + std::to_string(number));
}

void JudgedProject::write_suite(const std::string& checks, const std::string& more) const {
  std::string suite = "version: 1\nsuite: judged\nmessages:\n  - user: \"Question {{n}}?\"\n" + more +
                      "defaults:\n  checks:\n" + checks + "cases:\n";
  for (int n = 1; n <= kCases; ++n) {
    const auto text = std::to_string(n);
    suite +=
        "  - {id: case-" + text + ", vars: {n: " + text + "}, tags: {half: " + (n <= 6 ? "first" : "second") + "}}\n";
  }
  project_.write("suite.yaml", suite);
}

void JudgedProject::write_config(const std::string& judge, const std::string& more) const {
  const auto lines = [&](const std::string& model) {
    return "    url: " + stub_.url() + "\n    model: " + model +
           "\n    stream: false\n    price: {input_per_mtok: 1, output_per_mtok: 2}\n"
           "    retries: {max: 1, backoff: 1ms..2ms}\n";
  };
  project_.write("assay.yaml", "version: 1\ntargets:\n  t:\n" + lines("m") + "judges:\n  strict:\n" + lines("judge-1") +
                                   judge + more + "suites: [suite.yaml]\n");
}

void JudgedProject::set_judge(JudgeReply reply) {
  const std::lock_guard lock(mutex_);
  judge_ = std::move(reply);
}

Finished JudgedProject::run(const std::vector<std::string>& arguments, int code) const {
  auto ended = project_.assay(arguments);
  EXPECT_EQ(ended.code, code) << ended.out << ended.err;
  return ended;
}

Json JudgedProject::json_of_run(std::vector<std::string> arguments, int code) const {
  arguments.emplace_back("--json");
  arguments.emplace_back("--quiet");
  return json_of(run(arguments, code).out);
}

}  // namespace assay::e2e
