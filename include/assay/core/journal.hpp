#pragma once
/// Where the runner leaves what was paid for. Narrow, so that another store can stand in.

#include <assay/core/sample.hpp>

#include <boost/asio/awaitable.hpp>

namespace assay {

/// Answered calls and finished samples of one run, in the order in which they are given.
class Journal {
 public:
  virtual ~Journal() = default;
  /// Records an answered (or finally failed) call; given before the case machine hears of it. Does not block.
  virtual void append(const UnitId& unit, const PlannedCase& kase, const Step& step) = 0;
  /// Records a finished sample, after its steps. Does not block.
  virtual void finish(const Sample& sample) = 0;
  /// Waits until the backlog is below its bound. Errors: `store`, when nothing more can be written.
  virtual boost::asio::awaitable<Result<void>> room() = 0;
};

}  // namespace assay
