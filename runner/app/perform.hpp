#pragma once
/// One run, or a candidate and its baseline together, from the first call to the verdict.

#include "runner/app/asked.hpp"
#include "runner/app/console.hpp"
#include "runner/app/execute.hpp"
#include "runner/app/looks.hpp"
#include "runner/app/prepare.hpp"

#include <assay/cassette/cassette.hpp>
#include <assay/store/store.hpp>

#include <boost/asio/io_context.hpp>

#include <deque>
#include <memory>
#include <vector>

namespace assay::app {

/// A run to perform.
struct Part {
  Prepared prepared;
  store::RunHeader header;
  bool taken_up = false;                  ///< an earlier process began it
  std::shared_ptr<Recall> answers;        ///< of `assay score`: the target's, given already; it is not connected
  std::optional<StopPoint> answers_stop;  ///< where a look had ended the run that they are of
};

/// The candidate's part first.
class Performance {
 public:
  Performance(std::vector<Part> parts, const Environment& environment, Console& console);

  /// Makes the adapters and opens the cassette. Nothing is sent, nothing is stored: a target that cannot be used leaves
  /// no trace.
  Result<void> connect();
  /// Errors: of taking the run up, nothing having been done; `usage` where a live process executes it. All other
  /// failures are said here, and are the exit code.
  Result<ExitCode> run(store::Store& store);

 private:
  struct Side {
    Part part;
    Connection connection;
    std::shared_ptr<Recall> recall;
    std::unique_ptr<store::RunWriter> writer;
    std::vector<UnitId> done;
  };

  Result<void> connect_side(Side& side);
  void fit_to_system();
  Result<void> open_cassette();
  Result<void> connect_judges();
  [[nodiscard]] Wiring wiring_of(const Prepared& prepared);
  Result<void> begin(Side& side, store::Store& store);
  Result<ExitCode> perform(store::Store& store);
  std::unique_ptr<exec::UnitSource> make_units(store::Store& store);
  Result<void> look_a_last_time(const exec::RunSummary& summary);
  ExitCode conclude(store::Store& store, const Execution& execution, std::uint64_t before);
  ExitCode decide(store::Store& store);
  void announce() const;
  [[nodiscard]] std::uint64_t planned() const;
  [[nodiscard]] const Prepared& candidate() const { return sides_.front().part.prepared; }

  const Environment& environment_;
  Console& console_;
  std::filesystem::path out_;
  std::unique_ptr<cassette::Cassette> cassette_;
  boost::asio::io_context loop_{1};
  std::deque<Side> sides_;
  std::deque<Asked> asked_;      ///< by the checks of all sides
  LookSource* looks_ = nullptr;  ///< of the units under way, where the policy has looks
};

}  // namespace assay::app
