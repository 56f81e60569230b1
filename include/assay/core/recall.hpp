#pragma once
/// Answers that another run paid for. Narrow, so that a cassette, a provider's batch or a shared cache can stand
/// behind.

#include <assay/core/endpoint.hpp>
#include <assay/core/sample.hpp>

#include <optional>
#include <string_view>

namespace assay {

/// A call that is about to be made. A view.
struct Asked {
  const UnitId& unit;
  const PlannedCase& kase;
  std::string_view call;  ///< `turn/1`, `check/0/grade`
  Role role = Role::target;
  Request request;
};

/// Looks a call up by what is asked, not by who asks. One loop only; not thread-safe.
class Recall {
 public:
  virtual ~Recall() = default;
  /// The call as it was answered, marked `replayed`; nothing if it is to be sent. Errors: `replay_miss` where nothing
  /// may be sent, naming the nearest request that is known; `invalid` for a damaged file.
  [[nodiscard]] virtual Result<std::optional<Step>> find(const Asked& asked) = 0;
};

}  // namespace assay
