#include "runner/gate/reasons.hpp"

#include "runner/gate/slices.hpp"

#include <assay/stats/proportion.hpp>
#include <assay/stats/quantile.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace assay::gate {

namespace {

bool is_floor(const DecidedClaim& d) {
  return d.claim.kind == ClaimKind::floor;
}

/// `the floor 0.8`
std::string bound_text(const DecidedClaim& d) {
  return fmt::format("the {} {}", is_floor(d) ? "floor" : "maximum", show(d.claim.bound, d.metric.unit));
}

std::string bound_of_interval(const DecidedClaim& d, double value) {
  return show_apart(value, d.claim.bound, d.metric.unit);
}

/// `pass_rate 0.83`
std::string subject(const DecidedClaim& d) {
  if (!d.measured.estimate) return d.metric.name;
  return fmt::format("{} {}", d.metric.name, show_apart(*d.measured.estimate, d.claim.bound, d.metric.unit));
}

std::string missing_text(const DecidedClaim& d) {
  if (d.measured.missing == 0) return {};
  const bool one = d.measured.missing == 1;
  return fmt::format("; {} {} without a value {} as the worst in one bound and the best in the other",
                     d.measured.missing, one ? "sample" : "samples", one ? "counts" : "count");
}

/// The mean that the lower (or upper) bound stands on.
std::optional<double> mean_at(const Measured& measured, bool lower) {
  if (const auto* counts = std::get_if<Counts>(&measured.data)) {
    return (lower ? counts->passes_low : counts->passes_high) / counts->n;
  }
  if (const auto* means = std::get_if<Means>(&measured.data)) return lower ? means->low.mean : means->high.mean;
  if (std::holds_alternative<Ratio>(measured.data)) return measured.estimate;
  return std::nullopt;
}

/// How many more cases of the same kind bring that bound across the claim's; nothing where no number does.
std::optional<std::uint64_t> more_cases(const DecidedClaim& d, bool lower) {
  const auto mean = mean_at(d.measured, lower);
  if (!mean || *mean == d.claim.bound) return std::nullopt;
  const auto n = static_cast<double>(d.measured.cases);
  double needed = 0;
  const auto* means = std::get_if<Means>(&d.measured.data);
  if (!means || means->guard_low || means->guard_high) {
    if (d.metric.unit == Unit::share) needed = static_cast<double>(stats::score_n(*mean, d.claim.bound, d.alpha));
  }
  if (!std::holds_alternative<Counts>(d.measured.data)) {
    const double half = (lower ? d.low : d.high) - *mean;
    needed = std::max(needed, std::ceil(n * std::pow(half / (*mean - d.claim.bound), 2)));
  }
  if (!std::isfinite(needed) || needed <= n || needed > 1e12) return std::nullopt;
  return static_cast<std::uint64_t>(needed - n);
}

std::string cases_text(std::uint64_t n) {
  return n == 1 ? "1 more case" : fmt::format("{} more cases", n);
}

/// `; 174 of 200 passing cases would still do`
std::string passes_text(const DecidedClaim& d) {
  const auto* counts = std::get_if<Counts>(&d.measured.data);
  if (!counts || !is_floor(d) || d.metric.better != Direction::up) return {};
  const auto needed = stats::passes_needed(d.measured.cases, d.claim.bound, d.alpha);
  if (d.state == GateState::pass) {
    return fmt::format("; {} of {} passing cases would still do", needed, d.measured.cases);
  }
  const auto passing = static_cast<std::uint64_t>(std::llround(counts->passes_low));
  if (needed > d.measured.cases) {
    const auto all = stats::all_pass_n(d.claim.bound, d.alpha);
    return all == 0 ? std::string() : fmt::format("; it takes {} cases, all passing", all);
  }
  return fmt::format("; it takes {} of {} passing cases, {} pass", needed, d.measured.cases, passing);
}

std::string proved(const DecidedClaim& d) {
  const bool pass = d.state == GateState::pass;
  const bool least = is_floor(d) == pass;
  const auto value = bound_of_interval(d, least ? d.low : d.high);
  const auto what = is_floor(d) ? (pass ? "holds" : "is below") : (pass ? "keeps within" : "is above");
  return fmt::format("{} is at {} {} with {} confidence, which {} {}{}", subject(d), least ? "least" : "most", value,
                     confidence(d.alpha), what, bound_text(d), passes_text(d));
}

/// All at the best value, and too few: the reason that a small suite meets first.
std::optional<std::string> too_few_perfect(const DecidedClaim& d) {
  if (!is_floor(d) || d.metric.unit != Unit::share || d.measured.missing > 0) return std::nullopt;
  if (!d.measured.estimate || *d.measured.estimate != 1) return std::nullopt;
  const auto all = d.metric.binary ? "all passing" : "all at 1";
  const auto other =
      d.metric.binary ? "; where each case is a requirement, `zero_tolerance: true` is the other way" : "";
  if (d.claim.bound >= 1) {
    return fmt::format("no number of cases shows a {} of 1, even {}{}", d.metric.name, all, other);
  }
  const auto needed = stats::all_pass_n(d.claim.bound, d.alpha);
  if (d.measured.cases >= needed) return std::nullopt;
  return fmt::format(
      "{} {}, {}, {} a {} of at least {} only with {} confidence, not {}: it takes {} cases, {} more "
      "(samples make no cases){}",
      d.measured.cases, d.measured.cases == 1 ? "case" : "cases", all, d.measured.cases == 1 ? "shows" : "show",
      d.metric.name, bound_of_interval(d, d.low), confidence(d.alpha), bound_text(d), needed, needed - d.measured.cases,
      other);
}

std::string open_interval(const DecidedClaim& d) {
  if (auto text = too_few_perfect(d)) return *text;
  const auto range =
      std::isinf(d.high)
          ? fmt::format("is at least {} and has no upper bound", bound_of_interval(d, d.low))
          : fmt::format("lies between {} and {}", bound_of_interval(d, d.low), bound_of_interval(d, d.high));
  auto text = fmt::format("{} {} with {} confidence in each bound, which leaves {} open", subject(d), range,
                          confidence(d.alpha), bound_text(d));
  const auto mean = mean_at(d.measured, is_floor(d));
  const bool good = mean && (is_floor(d) ? *mean > d.claim.bound : *mean < d.claim.bound);
  const auto other = mean_at(d.measured, !is_floor(d));
  const bool bad = other && (is_floor(d) ? *other < d.claim.bound : *other > d.claim.bound);
  const auto more = good ? more_cases(d, is_floor(d)) : bad ? more_cases(d, !is_floor(d)) : std::nullopt;
  if (more) {
    text += fmt::format(": about {} at this rate would {}", cases_text(*more),
                        good ? "show that it holds" : "show that it fails");
  } else if (good || bad) {
    text += ": more cases would narrow it";
  } else {
    text += fmt::format(": {}", d.measured.missing > 0 ? "its samples without a value would have to be measured"
                                                       : "so close to the bound no number of cases decides");
  }
  return text;
}

/// The claim "quantile ≤ max" is one about how many values lie within max.
std::string of_quantile(const DecidedClaim& d, const Ranks& ranks) {
  const auto n = ranks.sorted.size() + ranks.missing;
  const auto within = std::upper_bound(ranks.sorted.begin(), ranks.sorted.end(), d.claim.bound) - ranks.sorted.begin();
  const auto rank = stats::upper_rank(n, ranks.quantile, d.alpha);
  if (!rank && d.state == GateState::inconclusive) {
    const auto least = stats::quantile_min_n(ranks.quantile, d.alpha);
    return fmt::format("{} has no upper bound with {} samples, so {} is open: it takes {} samples, {} more", subject(d),
                       n, bound_text(d), least, least - n);
  }
  const auto count = rank ? fmt::format("; it takes {} of {} samples within it, {} are", *rank, n, within) : "";
  if (d.state != GateState::inconclusive) return proved(d) + count;
  const auto range =
      std::isinf(d.high)
          ? fmt::format("is at least {}, with no upper bound", bound_of_interval(d, d.low))
          : fmt::format("lies between {} and {}", bound_of_interval(d, d.low), bound_of_interval(d, d.high));
  return fmt::format("{} {} with {} confidence in each bound, which leaves {} open{}", subject(d), range,
                     confidence(d.alpha), bound_text(d), count);
}

std::string shown(double value, Unit unit, int digits) {
  const auto number = [&](double v) { return fmt::format("{:.{}g}", v, digits); };
  switch (unit) {
    case Unit::share:
    case Unit::number:
      return number(value);
    case Unit::seconds:
      return std::abs(value) < 1 ? number(value * 1000) + " ms" : number(value) + " s";
    default:
      return fmt::format("{} {}", number(value), name(unit));
  }
}

}  // namespace

std::string show(double value, Unit unit) {
  return shown(value, unit, 4);
}

std::string show_apart(double value, double bound, Unit unit) {
  for (int digits = 4; digits < 16; ++digits) {
    auto text = shown(value, unit, digits);
    if (value == bound || text != shown(bound, unit, digits)) return text;
  }
  return shown(value, unit, 17);
}

std::string as_percent(double share) {
  return fmt::format("{:.3g} %", 100 * share);
}

std::string confidence(double alpha) {
  return fmt::format("{:.6g} %", 100 * (1 - alpha));
}

std::string plural(std::uint64_t n, std::string_view what) {
  return fmt::format("{} {}{}", n, what, n == 1 ? "" : "s");
}

std::string row_name(const GateResult& row) {
  const auto slice = row.slice.empty() ? std::string() : ", " + tags_text(row.slice);
  return fmt::format("{} ({}{})", row.id, row.suite, slice);
}

std::string duration_text(Duration duration) {
  using namespace std::chrono;
  if (duration < seconds(1)) return fmt::format("{:.12g}ms", to_ms(duration));
  for (const auto& [unit, name] :
       {std::pair<Duration, const char*>{hours(24), "d"}, {hours(1), "h"}, {minutes(1), "m"}}) {
    if (duration % unit == Duration{}) return fmt::format("{}{}", duration / unit, name);
  }
  return fmt::format("{:.12g}s", to_seconds(duration));
}

std::string so_far(const GateResult& row) {
  if (!row.estimate) return {};
  if (row.against != Against::nothing) {
    return fmt::format("; so far {} differs by {} over {} {}", row.metric, show(*row.estimate, row.unit), row.n,
                       row.n == 1 ? "case" : "cases");
  }
  return fmt::format("; so far {} is {} over {} {}", row.metric, show(*row.estimate, row.unit), row.n,
                     row.n == 1 ? "case" : "cases");
}

std::string reason_of(const DecidedClaim& decided) {
  if (const auto* ranks = std::get_if<Ranks>(&decided.measured.data)) {
    return of_quantile(decided, *ranks) + missing_text(decided);
  }
  const auto text = decided.state == GateState::inconclusive ? open_interval(decided) : proved(decided);
  return text + missing_text(decided);
}

}  // namespace assay::gate
