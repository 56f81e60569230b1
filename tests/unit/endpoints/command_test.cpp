#include "tests/support/temp_dir.hpp"
#include "tests/unit/endpoints/fake_client.hpp"

#include <assay/core/json.hpp>
#include <assay/endpoints/command.hpp>
#include <assay/text/utf8.hpp>

#include <boost/asio/steady_timer.hpp>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <fstream>
#include <optional>
#include <thread>

namespace assay::endpoints {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

const std::vector<std::pair<std::string, std::string>> kEnvironment = {{"PATH", "/usr/local/bin:/usr/bin:/bin"}};

CommandOptions plain(std::vector<std::string> command) {
  return {.command = std::move(command),
          .folder = {},
          .environment = kEnvironment,
          .model = "m",
          .form = CommandForm::plain,
          .time_limit = 60s};
}

CommandOptions shell(const std::string& script) {
  return plain({"sh", "-c", script});
}

AttemptResult run(const CommandOptions& options, const Request& request) {
  asio::io_context loop(1);
  auto command = make_command(loop.get_executor(), options);
  if (!command) return {.result = command.error()};
  const auto body = (*command)->encode(request);
  AttemptResult result;
  asio::co_spawn(loop, (*command)->attempt(body), [&](const std::exception_ptr& e, AttemptResult r) {
    EXPECT_FALSE(e);
    result = std::move(r);
  });
  loop.run();
  return result;
}

AttemptResult run(const CommandOptions& options, const std::string& input = "hello") {
  const std::vector<Message> messages = {Message{Author::user, {Text{input}}}};
  return run(options, {.messages = messages});
}

Error error_of(const AttemptResult& result) {
  const auto* error = std::get_if<Error>(&result.result);
  EXPECT_TRUE(error) << text_of(result);
  return error ? *error : Error{};
}

// Whether a process is there and not dead already (a zombie waits for whoever inherited it).
bool is_alive(const std::string& pid) {
  std::ifstream in("/proc/" + pid + "/stat");
  std::string number;
  std::string name;
  std::string state;
  return in >> number >> name >> state && state != "Z" && state != "X";
}

void expect_gone(const std::string& pid) {
  ASSERT_FALSE(pid.empty());
  for (int i = 0; i < 1000 && is_alive(pid); ++i) std::this_thread::sleep_for(10ms);
  EXPECT_FALSE(is_alive(pid));
}

std::string content(const std::filesystem::path& file) {
  std::ifstream in(file);
  std::string text;
  std::getline(in, text);
  return text;
}

TEST(Command, a_target_gets_the_conversation_and_answers_in_json) {
  auto options = shell(R"x(printf '{"answer":%s,"contexts":["a",{"b":1}],"model":"app-7",' "$(cat)"
                          printf '"usage":{"input_tokens":5,"output_tokens":2}}')x");
  options.form = CommandForm::target;
  const std::vector<Message> messages = {Message{Author::system, {Text{"be brief"}}},
                                         Message{Author::user, {Text{"capital of \"France\"?"}}}};
  const auto result = run(options, {.messages = messages, .params = R"({"temperature":0})", .schema = "{}"});
  ASSERT_TRUE(std::holds_alternative<Response>(result.result)) << text_of(result);
  const auto& response = std::get<Response>(result.result);
  EXPECT_EQ(Json::parse(text_of(response.message)), Json::parse(R"({"model": "m", "params": {"temperature": 0},
    "messages": [{"role": "system", "content": "be brief"},
                 {"role": "user", "content": "capital of \"France\"?"}]})"));
  EXPECT_EQ(part_of<Contexts>(response.message)->passages, (std::vector<std::string>{"a", R"({"b":1})"}));
  EXPECT_EQ(response.usage.input_tokens, 5);
  EXPECT_EQ(response.usage.output_tokens, 2);
  EXPECT_EQ(response.served_model, "app-7");
  EXPECT_FALSE(response.timings.ttft);
  EXPECT_GT(response.timings.total, 0ns);
  EXPECT_EQ(response.timings.total, result.duration);
  EXPECT_EQ(result.status, 0);
}

TEST(Command, a_plain_program_gets_the_last_message_and_its_output_is_the_answer) {
  EXPECT_EQ(text_of(run(plain({"cat"}), "a\nb \xC3\xA9\n")), "a\nb \xC3\xA9\n");
  EXPECT_EQ(text_of(run(shell("printf 'a\\377b'"))),
            "a\xEF\xBF\xBD"
            "b");
  EXPECT_EQ(text_of(run(plain({"printf", "%s", "$HOME; echo `id` 'x' *"}))), "$HOME; echo `id` 'x' *");  // no shell
}

TEST(Command, input_and_output_larger_than_any_pipe_pass) {
  const std::string large(4u << 20, 'x');
  EXPECT_EQ(text_of(run(plain({"cat"}), large)), large);
}

TEST(Command, a_program_need_not_read_its_input) {
  EXPECT_EQ(text_of(run(plain({"echo", "hi"}), std::string(4u << 20, 'x'))), "hi\n");
  EXPECT_EQ(text_of(run(shell("exec <&-; echo hi"), std::string(4u << 20, 'x'))), "hi\n");
}

TEST(Command, a_failed_program_is_final_and_shows_the_end_of_what_it_said) {
  const auto error = error_of(run(shell(R"(i=0; while [ $i -lt 9999 ]; do echo noise é >&2; i=$((i+1)); done
                                          printf 'KeyError: \033[31mcity\033[0m\n' >&2; exit 3)")));
  EXPECT_EQ(error.kind, ErrorKind::rejected);
  EXPECT_FALSE(retryable(error.kind));
  EXPECT_TRUE(error.message.starts_with("the program ended with exit status 3: `…")) << error.message;
  EXPECT_NE(error.message.find("KeyError: \\x1b[31mcity"), std::string::npos) << error.message;
  EXPECT_LT(error.message.size(), 1000U);
  EXPECT_FALSE(text::find_invalid_utf8(error.message));
  EXPECT_EQ(error.message.find("\xEF\xBF\xBD"), std::string::npos);  // no half of a character
  EXPECT_EQ(error_of(run(plain({"false"}))).message, "the program ended with exit status 1");
}

TEST(Command, exit_status_75_asks_for_another_attempt) {
  const auto error = error_of(run(shell("echo later >&2; exit 75")));
  EXPECT_TRUE(retryable(error.kind));
  EXPECT_NE(error.message.find("later"), std::string::npos);
}

TEST(Command, a_signal_is_named) {
  const auto error = error_of(run(shell("kill -SEGV $$")));
  EXPECT_EQ(error.kind, ErrorKind::rejected);
  EXPECT_NE(error.message.find("signal 11 (Segmentation fault)"), std::string::npos) << error.message;
}

TEST(Command, output_that_is_no_answer_is_a_protocol_error) {
  for (const char* script : {"echo Paris", "echo '{\"text\": 1}'", "true"}) {
    auto options = shell(script);
    options.form = CommandForm::target;
    const auto error = error_of(run(options));
    EXPECT_EQ(error.kind, ErrorKind::protocol) << script;
    EXPECT_NE(error.hint.find("`answer`"), std::string::npos);
  }
}

TEST(Command, is_killed_with_its_children_at_its_time_limit) {
  const test::TempDir folder;
  auto options =
      shell("sh -c 'echo $$ >child; exec sleep 600' & while [ ! -s child ]; do :; done; echo waiting >&2; wait");
  options.folder = folder.path();
  options.time_limit = 1s;
  const auto result = run(options);
  const auto error = error_of(result);
  EXPECT_EQ(error.kind, ErrorKind::timeout);
  EXPECT_EQ(error.message, "the program ran longer than 1 s: `waiting`");
  EXPECT_GE(result.duration, 1s);
  expect_gone(content(folder.path() / "child"));
}

TEST(Command, what_it_leaves_behind_is_killed_when_it_ends) {
  const test::TempDir folder;
  auto options = shell("sh -c 'echo $$ >child; exec sleep 600' & while [ ! -s child ]; do :; done; echo done");
  options.folder = folder.path();
  EXPECT_EQ(text_of(run(options)), "done\n");  // though the child still holds the pipe
  expect_gone(content(folder.path() / "child"));
}

TEST(Command, too_much_output_ends_it) {
  auto options = plain({"yes"});
  options.most_output = 1u << 20;
  const auto error = error_of(run(options));
  EXPECT_EQ(error.kind, ErrorKind::protocol);
  EXPECT_NE(error.message.find("more than 1048576 bytes"), std::string::npos);
  options = shell("printf 12345");
  options.most_output = 5;
  EXPECT_EQ(text_of(run(options)), "12345");
  options.most_output = 4;
  EXPECT_EQ(error_of(run(options)).kind, ErrorKind::protocol);
}

TEST(Command, keeps_as_much_of_the_output_as_it_is_told) {
  auto options = shell("printf 12345");
  options.keep_raw = 3;
  const auto result = run(options);
  EXPECT_EQ(text_of(result), "12345");
  EXPECT_EQ(std::get<Response>(result.result).raw, "123");
}

TEST(Command, gets_the_environment_that_is_given_and_no_file_of_ours) {
  ::setenv("ASSAY_TEST_SECRET", "1", 1);
  auto options = plain({"env"});
  options.environment.emplace_back("NAME", "a b=c");
  EXPECT_EQ(text_of(run(options)), "PATH=/usr/local/bin:/usr/bin:/bin\nNAME=a b=c\n");
  const test::TempDir folder;
  const int open_file = ::open((folder.path() / "ours").c_str(), O_CREAT | O_RDWR, 0600);  // without O_CLOEXEC
  ASSERT_GE(open_file, 0);
  const auto files = text_of(run(plain({"ls", "-l", "/proc/self/fd"})));
  EXPECT_EQ(files.find("ours"), std::string::npos) << files;
  EXPECT_EQ(files.find("3 -> socket"), std::string::npos) << files;
  ::close(open_file);
}

TEST(Command, ignores_no_signal_that_we_ignore) {
  ::signal(SIGPIPE, SIG_IGN);
  const auto text = text_of(run(plain({"grep", "SigIgn", "/proc/self/status"})));
  ::signal(SIGPIPE, SIG_DFL);
  EXPECT_TRUE(text.ends_with("0000000\n")) << text;  // signals 32 and 33 are the C library's own
}

TEST(Command, starts_in_its_folder) {
  const test::TempDir folder;
  std::ofstream(folder.path() / "app") << "#!/bin/sh\npwd\n";
  auto options = plain({"./app"});
  options.folder = folder.path();
  EXPECT_NE(error_of(run(options)).message.find("may not be run"), std::string::npos);
  std::filesystem::permissions(folder.path() / "app", std::filesystem::perms::owner_all);
  EXPECT_EQ(text_of(run(options)), std::filesystem::canonical(folder.path()).string() + "\n");
}

TEST(Command, names_a_program_that_is_not_there) {
  const test::TempDir folder;
  std::ofstream(folder.path() / "app") << "#!/no/such/interpreter\n";
  std::filesystem::permissions(folder.path() / "app", std::filesystem::perms::owner_all);
  auto local = plain({"./app"});
  local.folder = folder.path();
  auto no_path = plain({"cat"});
  no_path.environment.clear();
  for (const auto& options : {plain({}), plain({""}), plain({"no-such-program"}), plain({"./no-such"}), plain({"/"}),
                              plain({"cat foo"}), no_path, local}) {
    SCOPED_TRACE(options.command.empty() ? "empty" : options.command[0]);
    const auto error = error_of(run(options));
    EXPECT_EQ(error.kind, ErrorKind::invalid);
    EXPECT_FALSE(error.hint.empty());
  }
}

TEST(Command, many_run_at_a_time_and_none_is_left) {
  constexpr int kRuns = 30;
  asio::io_context loop(1);
  auto command = *make_command(loop.get_executor(), shell("read word; echo $word; exit 0"));
  int answered = 0;
  std::vector<std::string> inputs;
  for (int i = 0; i < kRuns; ++i) inputs.push_back("w" + std::to_string(i) + "\n");
  for (const auto& input : inputs) {
    asio::co_spawn(loop, command->attempt(input), [&](const std::exception_ptr&, const AttemptResult& result) {
      answered += text_of(result) == input ? 1 : 0;
    });
  }
  loop.run();
  EXPECT_EQ(answered, kRuns);
  EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1);  // no zombie
  EXPECT_EQ(errno, ECHILD);
}

// Starts a program that says when it runs, and calls `then` once it does.
class Interrupted {
 public:
  Interrupted() {
    auto options = shell("sh -c 'echo $$ >child; exec sleep 600' & wait");
    options.folder = folder.path();
    command = *make_command(loop->get_executor(), options);
  }
  void when_running(std::function<void()> then) {
    timer->expires_after(5ms);
    timer->async_wait([this, then = std::move(then)](const boost::system::error_code&) {
      if (content(folder.path() / "child").empty()) {
        when_running(then);
      } else {
        then();
      }
    });
  }

  const test::TempDir folder;
  std::unique_ptr<asio::io_context> loop = std::make_unique<asio::io_context>(1);
  std::optional<asio::steady_timer> timer{*loop};
  std::unique_ptr<Command> command;
  const std::string body = "x";  // lives as long as its attempt
};

TEST(Command, cancel_ends_those_under_way_and_every_later_one) {
  Interrupted test;
  AttemptResult result;
  asio::co_spawn(*test.loop, test.command->attempt(test.body),
                 [&](const std::exception_ptr&, AttemptResult r) { result = std::move(r); });
  test.when_running([&] { test.command->cancel(); });
  test.loop->run();
  EXPECT_EQ(error_of(result).kind, ErrorKind::cancelled);
  expect_gone(content(test.folder.path() / "child"));
  EXPECT_EQ(error_of(attempt(*test.command, "x")).kind, ErrorKind::cancelled);
}

TEST(Command, dies_with_a_loop_that_is_given_up) {
  Interrupted test;
  asio::co_spawn(*test.loop, test.command->attempt(test.body), [](const std::exception_ptr&, const AttemptResult&) {});
  test.when_running([&] { test.loop->stop(); });
  test.loop->run();
  const auto child = content(test.folder.path() / "child");
  EXPECT_TRUE(is_alive(child));
  test.command.reset();
  test.timer.reset();
  test.loop.reset();
  expect_gone(child);
}

}  // namespace
}  // namespace assay::endpoints
