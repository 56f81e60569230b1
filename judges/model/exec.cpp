/// exec: a program of one's own, asked with JSON.

#include "judges/model/rows.hpp"
#include "judges/model/verdicts.hpp"
#include "judges/options.hpp"
#include "judges/result.hpp"
#include "judges/schemas.hpp"

#include <assay/core/digest.hpp>
#include <assay/text/file.hpp>
#include <assay/text/program.hpp>
#include <assay/text/utf8.hpp>

#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>

namespace assay::judges {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view kAsk = "exec";
constexpr Duration kTimeLimit = std::chrono::seconds(10);

Json count_or_null(const std::optional<std::int64_t>& count) {
  return count ? Json(*count) : Json();
}

Json messages_of(const Transcript& transcript) {
  Json list = Json::array();
  for (const auto& message : transcript.messages) {
    list.push_back({{"role", name(message.author)}, {"content", assay::text_of(message)}});
  }
  return list;
}

// What the program reads. Sorted keys: the same sample gives the same text, by which a cassette finds the reply.
std::string input_of(const CheckContext& context) {
  Json input = {{"answer", context.answer},   {"case", context.scope.id},
                {"vars", context.scope.vars}, {"messages", messages_of(context.transcript)},
                {"usage", nullptr},           {"latency_s", nullptr}};
  if (const Response* const response = last_answer(context.transcript)) {
    input["usage"] = {{"input_tokens", count_or_null(response->usage.input_tokens)},
                      {"output_tokens", count_or_null(response->usage.output_tokens)}};
    input["latency_s"] = to_seconds(response->timings.total);
    if (const auto* const contexts = part_of<Contexts>(response->message)) input["contexts"] = contexts->passages;
  }
  return dump_json(input);
}

/// What the program said; `score` is absent where it could not tell.
struct Said {
  std::optional<double> score;
  std::optional<bool> pass;
  std::string reason;
};

// What stands under a key, or null.
const Json& value_at(const Json& object, const char* key) {
  static const Json kNull;
  const auto found = object.find(key);
  return found == object.end() ? kNull : *found;
}

std::variant<Said, std::string> read(const std::string& output) {
  const auto text = text::trim(output);
  bool twice = false;
  const auto object = parse_object(text, twice);
  if (!object) {
    return fmt::format("the program did not write one JSON object{}, but {}", twice ? " that has each key once" : "",
                       text.empty() ? "nothing" : text::in_quotes(text, 120));
  }
  const Json& score = value_at(*object, "score");
  const Json& pass = value_at(*object, "pass");
  const Json& reason = value_at(*object, "reason");
  Said said;
  if (score.is_number() && score.get<double>() >= 0 && score.get<double>() <= 1) said.score = score.get<double>();
  if (!score.is_null() && !said.score) {
    return fmt::format("the program's `score` is {}, no number from 0 to 1", text::in_quotes(dump_json(score)));
  }
  if (!pass.is_null() && !pass.is_boolean()) {
    return fmt::format("the program's `pass` is {}, neither true nor false", text::in_quotes(dump_json(pass)));
  }
  if (pass.is_boolean()) said.pass = pass.get<bool>();
  if (reason.is_string()) said.reason = reason.get<std::string>();
  if (!said.score && !said.pass) {
    return said.reason.empty() ? std::string("the program gave neither `score` nor `pass`")
                               : fmt::format("the program could not tell: {}", text::excerpt(said.reason, 300));
  }
  return said;
}

Score score_of(const Response& reply, bool explain_pass) {
  const auto given = read(assay::text_of(reply.message));
  if (const auto* const why = std::get_if<std::string>(&given)) return unscored(*why);
  const auto& said = std::get<Said>(given);
  const double value = said.score.value_or(said.pass.value_or(false) ? 1 : 0);
  const bool passes = said.pass.value_or(value >= 1);
  const auto sentence = said.reason.empty() ? fmt::format("the program gives {:.4g}", value)
                                            : fmt::format("the program says: {}", text::excerpt(said.reason, 300));
  return scored(value, passes, sentence, explain_pass);
}

CheckStep run(const std::string& program, bool explain_pass, const CheckContext& context, const Answers& answers) {
  const auto answer = answers.find(kAsk);
  if (answer == answers.end()) {
    Question question{.to = program, .messages = {{Author::user, {Text{input_of(context)}}}}, .schema = {}};
    return std::vector{Ask{std::string(kAsk), std::move(question)}};
  }
  if (const auto* const error = std::get_if<Error>(&answer->second)) return broken(*error);
  return score_of(std::get<Response>(answer->second), explain_pass);
}

// Where the file that names the command stands.
fs::path folder_of(const text::Node& node, const CompileEnv& env) {
  const std::string file = node.place().file;
  return file.empty() ? fs::path(env.base_dir) : fs::path(file).parent_path();
}

std::string search_path() {
  const char* const value = std::getenv("PATH");  // NOLINT(concurrency-mt-unsafe): nobody sets variables
  return value == nullptr ? "" : value;
}

// Equal programs have equal names on every machine, so that a cassette finds their replies.
std::string name_of(const Program& program, const std::string& content) {
  const Json all = {{"command", program.command}, {"limit_ns", program.time_limit.count()}, {"content", content}};
  constexpr std::size_t kDigits = 12;
  return "program:" + to_hex(sha256(canonical_json(all))).substr(0, kDigits);
}

/// A program, and the digest of the files that its command names.
struct Found {
  Program program;
  std::string content;
};

std::optional<Found> read_program(OptionReader& reader, const CompileEnv& env) {
  const auto* const node = reader.reader().require("command", "[./grade.py, --strict]");
  Found found;
  found.program.command = node == nullptr ? std::vector<std::string>() : reader.reader().strings("command");
  found.program.time_limit = reader.reader().duration("time_limit").value_or(kTimeLimit);
  if (found.program.time_limit <= Duration::zero()) {
    reader.diagnostics().error(reader.reader().get("time_limit")->place(), "the time limit must be above 0",
                               "write `time_limit: 10s`");
  }
  if (node != nullptr && found.program.command.empty()) {
    reader.diagnostics().error(node->place(), "the command of 'exec' is empty", "write `exec: [./grade.py, --strict]`");
  }
  if (node == nullptr || found.program.command.empty()) return std::nullopt;
  const auto folder = folder_of(*node, env);
  const auto content = text::digest_beside(found.program.command, folder);
  const auto file = text::find_program(found.program.command.front(), folder, search_path());
  const auto report = [&](const Error& error) { reader.diagnostics().error(node->place(), error.message, error.hint); };
  if (!content) report(content.error());
  if (!file) report(file.error());
  if (!file || !content) return std::nullopt;
  found.content = *content;
  found.program.folder = folder.string();
  found.program.name = name_of(found.program, found.content);
  return found;
}

std::optional<CompiledCheck> make(const text::Node& options, const CompileEnv& env, Diagnostics& diagnostics) {
  OptionReader reader(options, "exec", diagnostics);
  auto found = read_program(reader, env);
  if (!reader.finish() || !found) return std::nullopt;
  CompiledCheck check;
  check.content = found->content;
  check.run = [program = found->program.name, explain_pass = env.explain_pass || env.has_threshold](
                  const CheckContext& context, const Answers& answers) {
    return run(program, explain_pass, context, answers);
  };
  check.programs = {std::move(found->program)};
  check.verify = [](const Scope&) { return Result<void>(); };
  return check;
}

Json command_schema() {
  const Json word = {{"type", {"string", "number", "boolean"}}};
  return {{"description", "The program and its arguments; no shell. A path is relative to the file that names it"},
          {"anyOf", {Json{{"type", "array"}, {"minItems", 1}, {"items", word}}, Json{{"type", "string"}}}},
          {"examples", Json::array({Json{"./grade.py", "--strict"}, Json{"python3", "grade.py"}})}};
}

Json options() {
  Json limit = duration_schema("How long it may take; default: 10s");
  limit["anyOf"].erase(1);  // no template
  return options_schema({{"command", command_schema()}, {"time_limit", limit}}, {"command"});
}

}  // namespace

CheckKind exec_row() {
  return {
      .name = "exec",
      .doc =
          "A program of your own scores the answer, 0 to 1. On its standard input: one JSON object with `answer`, "
          "`vars`, `case`, `messages`, `usage`, `latency_s`, and `contexts` where the target gave them. On its "
          "standard "
          "output: one JSON object with `score` (0 to 1) or `pass` (true, false) or both, and `reason`. Passes as "
          "`pass` says, without it at 1, or from `threshold`. Started without a shell, in the folder of the file that "
          "names it, for at most `time_limit` (default 10s). Unscored where the output cannot be read or has neither; "
          "another exit status than 0 is an error.",
      .example = "exec: {command: [cat], time_limit: 10s}",
      .short_key = "command",
      .options = options,
      .short_form = command_schema,
      .make = make};
}

}  // namespace assay::judges
