#pragma once
/// The progress line: redrawn at most 10 times a second on a terminal, a line every few seconds elsewhere.

#include "runner/app/console.hpp"

#include <assay/core/sample.hpp>
#include <assay/core/time.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>

namespace assay::app {

/// What the answers of those who are asked cost; nothing for whoever has no price.
struct Prices {
  std::optional<Price> target;
  std::map<std::string, Price, std::less<>> judges;  ///< by name
};

/// Of a run that is looked at on its way.
struct Standing {
  std::uint64_t planned = 0;  ///< samples of all sides, at most
  std::string where;          ///< `look 2/4`
};

class Progress {
 public:
  Progress(Console& console, bool shown, std::uint64_t planned, std::uint64_t finished, Prices prices);

  /// Asked before each line; what it says of `planned` counts from then on.
  void follow(std::function<Standing()> standing) { standing_ = std::move(standing); }

  void add(const Sample& sample);
  [[nodiscard]] Duration interval() const;
  /// `in_flight` of at most `limit` attempts are under way.
  void draw(std::uint32_t in_flight, std::uint32_t limit);
  /// Draws a last time and leaves the line.
  void finish();

 private:
  [[nodiscard]] const Price* price_of(const Step& step) const;

  Console& console_;
  bool shown_;
  std::uint64_t planned_;
  std::uint64_t before_;  ///< finished by an earlier process
  Prices prices_;
  std::function<Standing()> standing_;
  TimePoint started_ = SteadyClock::now();
  std::uint64_t finished_ = 0;
  std::uint64_t scored_ = 0;
  std::uint64_t passed_ = 0;
  std::uint64_t errors_ = 0;
  std::uint64_t calls_ = 0;
  std::int64_t tokens_ = 0;
  std::optional<double> usd_;
};

}  // namespace assay::app
