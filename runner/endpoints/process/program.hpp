#pragma once
/// A program from its start to its end, on a loop: read while it runs, within its bounds.

#include "runner/endpoints/process/child.hpp"

#include <assay/core/time.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <memory>
#include <optional>
#include <string>

namespace assay::endpoints {

struct ProgramBounds {
  Duration time{};         ///< 0: none
  std::size_t output = 0;  ///< bytes
};

/// How a program ended, and what it wrote until then.
struct ProgramEnd {
  enum class Why { exited, time, output, cancelled };
  Why why = Why::exited;
  int status = 0;      ///< as waitpid gives it
  std::string output;  ///< at most as much as allowed
  std::string errors;  ///< the end of what it wrote to standard error
};

class RunningProgram;

/// The programs under way, for those who must end them. One loop only.
class Programs {
 public:
  explicit Programs(boost::asio::any_io_executor loop);
  ~Programs();
  Programs(const Programs&) = delete;
  Programs& operator=(const Programs&) = delete;

  /// Runs one. When it ends, what it started and left behind is killed. Errors: as `Child::start`. `spec` must live
  /// until the coroutine ends.
  [[nodiscard]] boost::asio::awaitable<Result<ProgramEnd>> run(const ProgramSpec& spec, const std::string& input,
                                                               ProgramBounds bounds);

  /// Ends those under way, and every later one at once.
  void cancel();

 private:
  struct Shared;
  boost::asio::any_io_executor loop_;
  std::shared_ptr<Shared> shared_;
};

}  // namespace assay::endpoints
