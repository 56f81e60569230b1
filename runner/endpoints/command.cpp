#include "runner/endpoints/process/program.hpp"
#include "runner/endpoints/reply.hpp"

#include <assay/endpoints/command.hpp>
#include <assay/text/program.hpp>
#include <assay/text/utf8.hpp>

#include <fmt/format.h>
#include <sys/wait.h>

#include <algorithm>
#include <cstring>
#include <utility>

namespace assay::endpoints {

namespace asio = boost::asio;

namespace {

constexpr std::size_t kShownErrors = 400;  // bytes
constexpr int kTryAgain = 75;              // EX_TEMPFAIL of sysexits.h

text::JsonPath path(std::string_view text) {
  return std::get<text::JsonPath>(text::JsonPath::parse(text));
}

ReplyPaths fixed_paths() {
  return {.answer = path("$.answer"),
          .contexts = path("$.contexts"),
          .input_tokens = path("$.usage.input_tokens"),
          .output_tokens = path("$.usage.output_tokens"),
          .model = path("$.model")};
}

// The end of what it said, which is where the reason stands; begins with a whole character.
std::string said(std::string_view errors) {
  errors = text::trim(errors);
  if (errors.empty()) return {};
  auto from = errors.size() - std::min(errors.size(), kShownErrors);
  while (from < errors.size() && from > 0 && (static_cast<unsigned char>(errors[from]) & 0xC0U) == 0x80) ++from;
  return fmt::format(": `{}{}`", from > 0 ? "…" : "", text::excerpt(errors.substr(from), kShownErrors));
}

Error failure_of(const ProgramEnd& end, const CommandOptions& options) {
  switch (end.why) {
    case ProgramEnd::Why::cancelled:
      return {ErrorKind::cancelled, "the program was stopped with the run"};
    case ProgramEnd::Why::time:
      return {ErrorKind::timeout, "the program ran longer than " + in_seconds(options.time_limit) + said(end.errors),
              "raise its time limit, or see what it waits for"};
    case ProgramEnd::Why::output:
      return {ErrorKind::protocol, fmt::format("the program wrote more than {} bytes", options.most_output),
              "write the answer alone to standard output"};
    case ProgramEnd::Why::exited:
      break;
  }
  if (WIFSIGNALED(end.status)) {
    const int signal = WTERMSIG(end.status);
    return {ErrorKind::rejected,
            fmt::format("the program was killed by signal {} ({}){}", signal, ::strsignal(signal), said(end.errors)),
            "run it by hand with the same input; signal 9 is often a lack of memory"};
  }
  const int status = WEXITSTATUS(end.status);
  return {status == kTryAgain ? ErrorKind::unavailable : ErrorKind::rejected,
          fmt::format("the program ended with exit status {}{}", status, said(end.errors)),
          "run it by hand with the same input; 0 is an answer, 75 asks for another attempt"};
}

std::vector<std::string> joined(const std::vector<std::pair<std::string, std::string>>& environment) {
  std::vector<std::string> all;
  for (const auto& [name, value] : environment) all.push_back(name + '=' + value);
  return all;
}

class CommandEndpoint final : public Command {
 public:
  CommandEndpoint(const asio::any_io_executor& loop, const CommandOptions& options, std::filesystem::path file)
      : options_(options),
        spec_{.file = std::move(file),
              .arguments = options.command,
              .folder = options.folder,
              .environment = joined(options.environment)},
        peer_{.model = options.model, .secrets = {}, .kind = PeerKind::program},
        programs_(loop) {}

  [[nodiscard]] std::string encode(const Request& request) const override {
    if (options_.form == CommandForm::plain) {
      return request.messages.empty() ? std::string() : text_of(request.messages.back());
    }
    auto params = Json::parse(request.params, nullptr, false);
    return dump_json({{"messages", messages_json(request.messages)},
                      {"params", params.is_object() ? std::move(params) : Json::object()},
                      {"model", options_.model}});
  }

  asio::awaitable<AttemptResult> attempt(const std::string& body) override {
    AttemptResult out{.started = wall_now()};
    const auto from = SteadyClock::now();
    const ProgramBounds bounds{.time = options_.time_limit, .output = options_.most_output};
    auto end = co_await programs_.run(spec_, body, bounds);
    out.duration = SteadyClock::now() - from;
    if (end) {
      out.result = read(*end);
    } else {
      out.result = end.error();
    }
    if (auto* response = std::get_if<Response>(&out.result)) {
      response->timings.total = out.duration;
      if (end->output.size() > options_.keep_raw) end->output.resize(options_.keep_raw);
      response->raw = std::move(end->output);
    }
    co_return out;
  }

  void cancel() override { programs_.cancel(); }

 private:
  [[nodiscard]] std::variant<Response, Error> read(const ProgramEnd& end) const {
    if (end.why != ProgramEnd::Why::exited || end.status != 0) return failure_of(end, options_);
    if (options_.form == CommandForm::target) return read_reply(end.output, paths_, peer_);
    Response response;
    response.message.parts.emplace_back(Text{text::to_valid_utf8(end.output)});
    response.finish = Finish::stop;
    return response;
  }

  CommandOptions options_;
  ProgramSpec spec_;
  ChatPeer peer_;
  ReplyPaths paths_ = fixed_paths();
  Programs programs_;
};

}  // namespace

Result<std::unique_ptr<Command>> make_command(const asio::any_io_executor& loop, const CommandOptions& options) {
  if (options.command.empty() || options.command.front().empty()) {
    return Error{ErrorKind::invalid, "the command is empty", "write the program and its arguments as a list"};
  }
  const auto search = std::ranges::find(options.environment, "PATH", &std::pair<std::string, std::string>::first);
  auto file = text::find_program(options.command.front(), options.folder,
                                 search == options.environment.end() ? std::string_view() : search->second);
  if (!file) return file.error();
  std::unique_ptr<Command> command = std::make_unique<CommandEndpoint>(loop, options, *std::move(file));
  return command;
}

}  // namespace assay::endpoints
