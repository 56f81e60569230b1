#pragma once
/// Calls to record and to ask for.

#include "tests/support/temp_dir.hpp"

#include <assay/cassette/cassette.hpp>

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace assay::cassette::test {

using assay::test::TempDir;

inline const Peer kPeer{"openai-chat", "local", "model-1"};

inline Message user(std::string text) {
  return {Author::user, {Text{std::move(text)}}};
}

/// An answered call of suite `capitals`.
inline Call call(const std::string& case_id, std::uint32_t sample, const std::string& question,
                 const std::string& answer) {
  Call made{"capitals", case_id, sample, {user(question)}, R"({"temperature":0})", {}};
  Response response;
  response.message = {Author::assistant, {Text{answer}}};
  response.finish = Finish::stop;
  response.raw = "wire of " + answer;
  made.step.name = "turn/1";
  made.step.context = 1;
  made.step.result = std::move(response);
  made.step.attempts = {{.started = {1'795'000'000'123}, .duration = Duration(5), .status = 200}};
  return made;
}

/// A judge's call.
inline Call judged(const std::string& case_id, const std::string& prompt, std::string schema = {},
                   bool logprobs = false, const std::string& answer = "5") {
  Call made = call(case_id, 0, prompt, answer);
  made.step.name = "check/0/grade";
  made.step.role = Role::judge;
  made.step.question = std::make_shared<Question>(Question{"strict", made.messages, std::move(schema), logprobs});
  return made;
}

inline Request request_of(const Call& call) {
  Request request{.messages = call.messages, .params = call.params};
  if (call.step.question != nullptr) request.schema = call.step.question->schema;
  if (call.step.question != nullptr) request.logprobs = call.step.question->logprobs;
  return request;
}

inline Call failed(Call made, ErrorKind kind) {
  made.step.result = Error{kind, "the endpoint answered 401"};
  return made;
}

/// Records the calls; gives the file.
inline std::filesystem::path record(const TempDir& folder, const std::vector<Call>& calls,
                                    std::string_view name = "calls.jsonl", const Peer& peer = kPeer) {
  auto recorder = Recorder::create(folder / name);
  EXPECT_TRUE(recorder.has_value());
  for (const Call& each : calls) EXPECT_TRUE((*recorder)->add(peer, each).has_value());
  EXPECT_TRUE((*recorder)->commit().has_value());
  return folder / name;
}

/// Asks a cassette for calls as a run would.
class Asker {
 public:
  explicit Asker(const std::filesystem::path& file, Missing missing = Missing::is_an_error, const Peer& peer = kPeer,
                 std::string suite = "capitals")
      : cassette_(open(file)), recall_(cassette_->recall(peer, {std::move(suite)}, missing)) {}

  Result<std::optional<Step>> find(const Call& call) {
    PlannedCase kase;
    kase.id = call.case_id;
    const UnitId unit{0, 0, call.sample};
    return recall_->find({unit, kase, call.step.name, call.step.role, request_of(call)});
  }
  /// The text of the answer; what went wrong otherwise.
  std::string answer(const Call& call) {
    const auto found = find(call);
    if (!found) return "error: " + found.error().message;
    if (!*found) return "to be sent";
    const auto* response = std::get_if<Response>(&(*found)->result);
    return response == nullptr ? "failed: " + std::get<Error>((*found)->result).message : text_of(response->message);
  }
  Error miss(const Call& call) {
    const auto found = find(call);
    EXPECT_FALSE(found.has_value());
    return found ? Error{} : found.error();
  }
  [[nodiscard]] std::uint64_t size() const { return cassette_->size(); }

 private:
  static std::unique_ptr<Cassette> open(const std::filesystem::path& file) {
    auto opened = Cassette::open(file);
    if (!opened) throw std::runtime_error(to_string(opened.error()));
    return std::move(*opened);
  }

  std::unique_ptr<Cassette> cassette_;
  std::unique_ptr<Recall> recall_;
};

inline std::vector<std::string> lines_of(const std::filesystem::path& file) {
  std::vector<std::string> lines;
  std::istringstream text(TempDir::read_file(file));
  for (std::string line; std::getline(text, line);) lines.push_back(line);
  return lines;
}

inline std::size_t files_in(const std::filesystem::path& folder) {
  return static_cast<std::size_t>(
      std::distance(std::filesystem::directory_iterator(folder), std::filesystem::directory_iterator()));
}

}  // namespace assay::cassette::test
