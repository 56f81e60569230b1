#pragma once
/// Where the runner leaves what was paid for. Narrow, so that another store can stand in.

#include <assay/core/sample.hpp>

#include <boost/asio/awaitable.hpp>

#include <string_view>

namespace assay {

/// Answered calls and finished samples of one run, in the order in which they are given.
class Journal {
 public:
  virtual ~Journal() = default;
  /// What an earlier process of this run recorded of a call of an unfinished sample; nullptr if nothing. An error of
  /// kind `cancelled` is no answer: its attempts were paid for, and the call is still to be made. The pointer is valid
  /// until the next call of `append` or `finish` for that unit.
  [[nodiscard]] virtual const Step* find(const UnitId& unit, std::string_view call) const = 0;
  /// Records an answered (or finally failed) call; given before the case machine hears of it. A call that was recorded
  /// before (`find`) is replaced. Does not block.
  virtual void append(const UnitId& unit, const PlannedCase& kase, const Step& step) = 0;
  /// Records a finished sample, after its steps. Does not block.
  virtual void finish(const Sample& sample) = 0;
  /// Waits until the backlog is below its bound. Errors: `store`, when nothing more can be written.
  virtual boost::asio::awaitable<Result<void>> room() = 0;
};

}  // namespace assay
