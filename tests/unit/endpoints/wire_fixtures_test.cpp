// Recorded answers of real providers, from ../shared/data/wire-fixtures beside the repository.

#include "tests/unit/endpoints/exchange_support.hpp"

#include <assay/text/node.hpp>

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

namespace assay::endpoints {
namespace {

namespace fs = std::filesystem;

const fs::path kFixtures = fs::path(ASSAY_SOURCE_DIR) / "../shared/data/wire-fixtures";

std::string read_file(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

// The recordings hold one event a line, without the `data:` they came with.
std::string as_stream(const std::string& chunks) {
  std::string stream;
  std::istringstream lines(chunks);
  for (std::string line; std::getline(lines, line);) {
    if (!line.empty()) stream += "data: " + line + "\n\n";
  }
  return stream + "data: [DONE]\n\n";
}

Played whole(std::string body) {
  return {.headers = {{"content-type", "application/json"}}, .arrivals = {std::move(body)}};
}

Played stream(std::string body) {
  return {.arrivals = {std::move(body)}};
}

std::string described(const AttemptResult& result) {
  if (const auto* error = error_of(result)) return std::string(name(error->kind)) + ": " + error->message;
  const auto& response = *response_of(result);
  std::string text = std::string(name(response.finish)) + "|" + text_of(response.message);
  for (const auto& part : response.message.parts) {
    if (const auto* use = std::get_if<ToolUse>(&part)) text += "|" + use->name + use->arguments + "#" + use->id;
  }
  text += "|" + std::to_string(response.usage.input_tokens.value_or(-1)) + "," +
          std::to_string(response.usage.output_tokens.value_or(-1)) + "|" + response.served_model;
  return text;
}

class WireFixtures : public testing::Test {
 protected:
  void SetUp() override {
    if (!fs::exists(kFixtures)) GTEST_SKIP() << "NOT TESTED: the recorded answers are not at " << kFixtures;
  }
};

TEST_F(WireFixtures, whole_answers_are_read) {
  struct Row {
    const char* file;
    const char* begin;
    const char* end;
  };
  const Row rows[] = {
      {"vercel-ai/groq-tool-call.json", "tool_calls||weather{}#ax9fskhev|218,15|", "llama-3.3-70b-versatile"},
      {"vercel-ai/xai-tool-call.json", "tool_calls||weather{\"location\":\"San Francisco\"}#call_46427107|307,281|",
       "grok-3-mini"},
      {"vercel-ai/openai-text.json", "stop|**Holiday Name:** Galaxy Day", "gpt-4.1-nano-2025-04-14"},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.file);
    const auto text = described(play(whole(read_file(kFixtures / row.file))));
    EXPECT_TRUE(text.starts_with(row.begin)) << text;
    EXPECT_TRUE(text.ends_with(row.end)) << text;
  }
}

TEST_F(WireFixtures, streams_are_read) {
  struct Row {
    const char* file;
    const char* text;
  };
  const Row rows[] = {
      {"vercel-ai/deepseek-tool-call.chunks.txt", "tool_calls||weather{\"location\": \"San Francisco\"}#"},
      {"vercel-ai/mistral-incremental-tool-call.chunks.txt",
       "tool_calls||webSearchTool{\"query\": \"current Berlin "
       "weather\"}#chatcmpl-tool-9f149c74c42f265b|171,14|zai-glm-5-2"},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.file);
    const auto text = described(play(stream(as_stream(read_file(kFixtures / row.file)))));
    EXPECT_TRUE(text.starts_with(row.text)) << text;
  }
  const auto sse = described(play(stream(read_file(kFixtures / "vercel-ai/anthropic-fallback-tool-call.sse"))));
  EXPECT_TRUE(sse.starts_with("tool_calls|Reading")) << sse;
}

TEST_F(WireFixtures, reasoning_is_no_first_token) {
  const auto text = read_file(kFixtures / "vercel-ai/deepseek-tool-call.chunks.txt");
  Played played{.arrivals = {}};
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) played.arrivals.push_back("data: " + line + "\n\n");
  const auto result = play(played);
  ASSERT_TRUE(response_of(result));
  EXPECT_EQ(response_of(result)->usage.reasoning_tokens, 39);
  EXPECT_GT(*response_of(result)->timings.ttft, std::chrono::milliseconds(10 * 39)) << "after 39 reasoning tokens";
}

TEST_F(WireFixtures, other_protocols_are_refused_by_name) {
  for (const auto* file : {"vercel-ai/azure-tool-call.1.json", "vercel-ai/parallel-tool-call-wrapper.1.json",
                           "vercel-ai/anthropic-tool-no-args.json", "vercel-ai/google-tool-call.json"}) {
    SCOPED_TRACE(file);
    const auto result = play(whole(read_file(kFixtures / file)));
    ASSERT_TRUE(error_of(result));
    EXPECT_EQ(error_of(result)->kind, ErrorKind::protocol) << error_of(result)->message;
    EXPECT_NE(error_of(result)->message.find("without choices"), std::string::npos);
  }
  for (const auto* file :
       {"vercel-ai/openai-custom-tool.1.chunks.txt", "vercel-ai/openai-mcp-tool-approval.1.chunks.txt",
        "vercel-ai/anthropic-tool-no-args.chunks.txt"}) {
    SCOPED_TRACE(file);
    const auto result = play(stream(as_stream(read_file(kFixtures / file))));
    ASSERT_TRUE(error_of(result));
    EXPECT_EQ(error_of(result)->kind, ErrorKind::protocol) << error_of(result)->message;
  }
}

TEST_F(WireFixtures, errors_keep_their_meaning) {
  const auto quota = play(stream(as_stream(read_file(kFixtures / "vercel-ai/openai-error.1.chunks.txt"))));
  ASSERT_TRUE(error_of(quota));
  EXPECT_EQ(error_of(quota)->kind, ErrorKind::quota);
  auto limited = whole(read_file(kFixtures / "vercel-ai/google-429-retry-info.json"));
  limited.status = 429;
  EXPECT_EQ(error_of(play(limited))->kind, ErrorKind::rate_limited);
}

// The bodies of recorded chat completions of a cassette, in order; streams as they came.
std::vector<Played> cassette(const fs::path& file) {
  std::vector<Played> played;
  const auto document = text::load_yaml(file);
  EXPECT_TRUE(document) << document.error().message;
  if (!document) return played;
  for (const auto& interaction : document->find("interactions")->items) {
    const auto* uri = interaction.find("request")->find("uri");
    if (!uri || !uri->scalar.ends_with("/chat/completions")) continue;
    const auto* response = interaction.find("response");
    if (const auto* parsed = response->find("parsed_body")) {
      played.push_back(whole(dump_json(text::to_json(*parsed))));
    } else {
      played.push_back(stream(response->find("body")->find("string")->scalar));
    }
  }
  return played;
}

TEST_F(WireFixtures, cassettes_are_read) {
  const auto no_ids = cassette(kFixtures / "pydantic-ai/test_compatible_api_with_tool_calls_without_id.yaml");
  ASSERT_EQ(no_ids.size(), 2U);
  EXPECT_EQ(described(play(no_ids[0])), "tool_calls||get_current_time{}#|35,12|gemini-2.5-pro-preview-05-06");
  EXPECT_EQ(described(play(no_ids[1])), "stop|The current time is Noon.|66,6|gemini-2.5-pro-preview-05-06");

  const auto parallel = cassette(kFixtures / "pydantic-ai/test_complex_agent_run_in_workflow.yaml");
  ASSERT_GE(parallel.size(), 3U);
  EXPECT_EQ(described(play(parallel[0])),
            "tool_calls||get_country{}#call_3rqTYrA6H21AYUaRGP4F66oq|get_product_name{}#call_Xw9XMKBJU48kAAd78WgIswDx|"
            "364,40|gpt-4o-2024-08-06");
  for (const auto& played : parallel) EXPECT_TRUE(response_of(play(played))) << described(play(played));
}

// Cuts `body` after every byte: what comes is the same answer from two arrivals, and an answer or an error from one.
void cut_everywhere(const Played& whole_body, bool is_stream) {
  const auto& body = whole_body.arrivals.at(0);
  const auto expected = described(play(whole_body));
  // Every byte of a small body, some hundred places of a large one: the work grows with the square.
  const std::size_t step = body.size() <= 4096 ? 1 : body.size() / 500;
  for (std::size_t cut = 0; cut <= body.size(); cut += step) {
    auto two = whole_body;
    two.arrivals = {body.substr(0, cut), body.substr(cut)};
    ASSERT_EQ(described(play(two)), expected) << cut;

    auto truncated = whole_body;
    truncated.arrivals = {body.substr(0, cut)};
    const auto result = play(truncated);
    if (const auto* error = error_of(result)) {
      ASSERT_FALSE(error->message.empty()) << cut;
    } else {
      ASSERT_TRUE(is_stream || body.find_first_not_of(" \r\n\t", cut) == std::string::npos)
          << "half a body is no answer: " << cut;
    }
  }
}

TEST_F(WireFixtures, may_be_cut_at_every_byte) {
  for (const auto& entry : fs::recursive_directory_iterator(kFixtures)) {
    const auto& path = entry.path();
    SCOPED_TRACE(path.filename().string());
    if (path.extension() == ".json") cut_everywhere(whole(read_file(path)), false);
    if (path.extension() == ".sse") cut_everywhere(stream(read_file(path)), true);
    if (path.string().ends_with(".chunks.txt")) cut_everywhere(stream(as_stream(read_file(path))), true);
  }
}

TEST_F(WireFixtures, may_come_byte_by_byte) {
  for (const auto* file :
       {"vercel-ai/mistral-incremental-tool-call.chunks.txt", "vercel-ai/deepseek-tool-call.chunks.txt"}) {
    SCOPED_TRACE(file);
    const auto body = as_stream(read_file(kFixtures / file));
    Played bytes{.arrivals = {}};
    for (const char c : body) bytes.arrivals.emplace_back(1, c);
    EXPECT_EQ(described(play(bytes)), described(play(stream(body))));
  }
}

}  // namespace
}  // namespace assay::endpoints
