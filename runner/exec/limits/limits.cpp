#include <assay/exec/limits.hpp>

namespace assay::exec {

std::string_view name(LimitCause cause) {
  switch (cause) {
    case LimitCause::start:
      return "start";
    case LimitCause::clean:
      return "clean";
    case LimitCause::probe:
      return "probe";
    case LimitCause::rejected:
      return "rejected";
    case LimitCause::no_faster:
      return "no_faster";
  }
  return "unknown";
}

}  // namespace assay::exec
