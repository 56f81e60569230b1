#pragma once
/// A program that is asked: JSON on its standard input, JSON on its standard output, no shell.

#include <assay/core/endpoint.hpp>
#include <assay/core/http.hpp>

#include <boost/asio/any_io_executor.hpp>

#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace assay::endpoints {

enum class CommandForm {
  /// `{"messages": [{role, content}], "params": {…}, "model": "…"}` in; `{"answer": "…", "contexts": ["…"], "usage":
  /// {"input_tokens": 0, "output_tokens": 0}, "model": "…"}` out, all but `answer` optional.
  target,
  /// The text of the last message in; what the program writes is the answer.
  plain
};

struct CommandOptions {
  std::vector<std::string> command;                              ///< program and arguments
  std::filesystem::path folder;                                  ///< where it is started; empty: here
  std::vector<std::pair<std::string, std::string>> environment;  ///< all it gets
  std::string model;
  CommandForm form = CommandForm::target;
  Duration time_limit{};                ///< then it and its children are killed; 0: none
  std::size_t most_output = 16u << 20;  ///< bytes; more is an error
  std::size_t keep_raw = 1u << 20;
};

/// A program as an endpoint.
class Command : public Endpoint {
 public:
  /// Kills the programs under way: their attempts end with `cancelled`.
  virtual void cancel() = 0;
};

/// Errors: `invalid` for an empty command or a program that is not there or may not be run; it is looked for in the
/// PATH of `environment`, or, with a `/` in its name, from `folder`. It reads its input from a file in memory, so it
/// need not read it. What it started and left behind when it ends is killed. One loop only.
///
/// A failed attempt shows the end of the program's standard error. Its kind: `timeout` beyond the limit, `unavailable`
/// for exit status 75 (`EX_TEMPFAIL`), `transport` where no process can be made: these may be tried again. `rejected`
/// for another exit status or a signal, `protocol` for too much output, or one that is no answer: these are final.
[[nodiscard]] Result<std::unique_ptr<Command>> make_command(const boost::asio::any_io_executor& loop,
                                                            const CommandOptions& options);

}  // namespace assay::endpoints
