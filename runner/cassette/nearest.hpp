#pragma once
/// Which recorded request is the nearest to one that is missing, and what differs.

#include "runner/cassette/request.hpp"

#include <string>
#include <vector>

namespace assay::cassette {

/// How far apart two requests are: who asked weighs most, then what was said, then where and how it was asked.
[[nodiscard]] double distance(const Asking& recorded, const Asking& asked);

/// `params.temperature (recorded 0, asked 0.2)`, one for each difference of the requests; the sample is not among them.
[[nodiscard]] std::vector<std::string> differences(const Asking& recorded, const Asking& asked);

/// Looks at recorded requests one by one and keeps the nearest.
class Nearest {
 public:
  explicit Nearest(const Asking& asked) : asked_(asked) {}

  void look_at(const Asking& recorded);
  [[nodiscard]] bool found() const { return best_.line != 0; }
  /// `no answer is recorded for capitals/fr, sample 0, turn/1; the nearest request, in line 12 (…), differs in …`.
  [[nodiscard]] std::string sentence() const;

 private:
  const Asking& asked_;
  Asking best_;
  double distance_ = 0;
  std::uint32_t first_sample_ = 0;  // recorded of the best request
  std::uint32_t last_sample_ = 0;
};

}  // namespace assay::cassette
