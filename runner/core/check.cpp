#include <assay/core/check.hpp>

namespace assay {

std::string_view name(Unit unit) {
  switch (unit) {
    case Unit::share:
      return "share";
    case Unit::seconds:
      return "s";
    case Unit::usd:
      return "USD";
    case Unit::tokens:
      return "tokens";
    case Unit::chars:
      return "chars";
    case Unit::words:
      return "words";
    case Unit::lines:
      return "lines";
    case Unit::number:
      return "number";
  }
  return "share";
}

}  // namespace assay
