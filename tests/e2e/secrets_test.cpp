/// A secret that the endpoint throws back is found nowhere: not in the store, not in a verdict, not on a stream.

#include "tests/e2e/project.hpp"

#include <ostream>

namespace assay::e2e {
namespace {

namespace fs = std::filesystem;

const std::string kKey = "sk-canary/7f3a+91";
const std::string kToken = "gw-canary-55aa";
const std::string kSession = "canary-by-pattern-1234";

std::string http(int status, const std::string& body, const std::string& type = "application/json") {
  return "HTTP/1.1 " + std::to_string(status) + " X\r\ncontent-type: " + type + "\r\nx-request-id: req-" + kKey +
         "\r\ncontent-length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

std::string whole(const std::string& content) {
  return http(200, R"({"model":"m","choices":[{"message":{"role":"assistant","content":")" + content +
                       R"("},"finish_reason":"stop"}]})");
}

std::string streamed(const std::vector<std::string>& pieces) {
  std::string body;
  for (const auto& piece : pieces)
    body += R"(data: {"model":"m","choices":[{"delta":{"content":")" + piece + "\"}}]}\n\n";
  body += "data: {\"model\":\"m\",\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n";
  return http(200, body, "text/event-stream");
}

// All that a run leaves behind, and what it said.
std::string traces(const Project& project, const std::vector<Finished>& said) {
  std::string all;
  for (const auto& ended : said) all += ended.out + ended.err;
  for (const auto& entry : fs::recursive_directory_iterator(project.folder().path() / ".assay")) {
    if (entry.is_regular_file()) all += TempDir::read_file(entry.path());
  }
  return all;
}

struct Row {
  const char* name;
  std::string wire;
};

void PrintTo(const Row& row, std::ostream* out) {
  *out << row.name;
}

class Secrets : public ::testing::TestWithParam<Row> {};

TEST_P(Secrets, are_found_nowhere) {
  Project project;
  project.environment = {{"MY_KEY", kKey}, {"MY_TOKEN", kToken}};
  project.write("suite.yaml", numbered_suite(3));
  std::string sent_key;
  std::string sent_token;
  StubThread stub({}, [&](const net::ServerRequest& request, std::uint64_t, net::WirePlan& plan) {
    sent_key = request.header("authorization");
    sent_token = request.header("x-gateway");
    plan = {net::Send{GetParam().wire}};
  });
  project.write("assay.yaml", "version: 1\ntargets:\n  t:\n    url: " + stub.url() +
                                  "\n    model: m\n    api_key_env: MY_KEY\n    headers: {x-gateway: \"${MY_TOKEN}\"}\n"
                                  "    retries: {max: 0}\nredact: [\"canary-by-pattern-[0-9]+\"]\n");
  const auto ran = project.assay({"run", "suite.yaml", "--record", ".assay/calls.jsonl"});
  EXPECT_GE(stub.requests(), 3u);
  EXPECT_EQ(sent_key, "Bearer " + kKey);
  EXPECT_EQ(sent_token, kToken);
  const std::vector<Finished> said{
      ran,
      project.assay({"show", "latest"}),
      project.assay({"history", "--json"}),
      project.assay({"show", "latest", "numbered/case-1"}),
      project.assay({"show", "latest", "--json"}),
      project.assay({"run", "suite.yaml", "--replay", ".assay/calls.jsonl"}),
      project.assay({"run", "suite.yaml", "--replay", ".assay/calls.jsonl", "--set", "params.seed=1"}),
      project.assay({"gate", "latest"})};
  const auto all = traces(project, said);
  ASSERT_NE(all.find("numbered"), std::string::npos);
  for (const auto& secret : {kKey, kToken, kSession, std::string("canary\\/7f3a")}) {
    const auto at = all.find(secret);
    EXPECT_EQ(at, std::string::npos) << secret << " in …" << all.substr(at < 100 ? 0 : at - 100, 200);
  }
}

INSTANTIATE_TEST_SUITE_P(
    E2e, Secrets,
    ::testing::Values(
        Row{"in_an_answer", whole("the key is " + kKey + " and " + kToken + " and " + kSession)},
        Row{"in_an_escaped_answer", whole("sk-canary\\/7f3a+91 sk\\u002dcanary/7f3a+91")},
        Row{"in_a_stream", streamed({"the key is " + kKey, " and " + kSession})},
        Row{"split_over_a_stream",
            streamed({"sk-can", "ary/7f", "3a+91 gw-canary", "-55aa canary-by-", "pattern-1234"})},
        Row{"in_an_error", http(401, R"({"error":{"message":"Incorrect API key provided: )" + kKey + R"(","type":")" +
                                         kToken + R"(","code":")" + kSession + R"("}})")},
        Row{"in_an_escaped_error", http(400, R"({"error":{"message":"bad key sk-canary\/7f3a+91"}})")},
        Row{"in_an_error_that_is_no_json", http(502, "<html>" + kKey + " " + kToken + "</html>", "text/html")},
        Row{"in_an_answer_that_is_no_json", http(200, "<html>" + kKey + " " + kSession + "</html>", "text/html")},
        Row{"in_malformed_json", http(200, R"({"choices":[{"message":{"content":")" + kKey)},
        Row{"in_a_malformed_event", http(200, "data: {\"choices\": " + kKey + "\n\n", "text/event-stream")},
        Row{"in_the_served_model",
            http(200, R"({"model":")" + kKey + R"(","choices":[{"message":{"content":"ok"},"finish_reason":")" +
                          kToken + R"("}]})")}),
    [](const auto& param) { return param.param.name; });

}  // namespace
}  // namespace assay::e2e
