#include "runner/gate/comparison.hpp"
#include "runner/gate/reasons.hpp"

#include <assay/gate/forecast.hpp>
#include <assay/stats/power.hpp>
#include <assay/stats/quantile.hpp>

#include <fmt/format.h>

#include <cmath>

namespace assay::gate {

namespace {

bool is_ratio(const DecidedComparison& d) {
  return d.claim.kind == ClaimKind::max_increase;
}

std::string their_name(const DecidedComparison& d) {
  return d.claim.against == Against::anchor ? "the anchor" : "the baseline";
}

const PairedPasses* passes_of(const DecidedComparison& d) {
  return std::get_if<PairedPasses>(&d.compared.data);
}

/// `pass_rate 0.80 against 0.85 in the baseline (200 cases, 8 gained, 18 lost)`
std::string subject(const DecidedComparison& d) {
  const auto& compared = d.compared;
  auto text = d.metric.name;
  if (compared.candidate && compared.baseline) {
    text += fmt::format(" {} against {} in {}", show(*compared.candidate, d.metric.unit),
                        show_apart(*compared.baseline, *compared.candidate, d.metric.unit), their_name(d));
  }
  text += fmt::format(" ({}", plural(compared.cases, "case"));
  if (const auto* passes = passes_of(d); passes && compared.missing == 0) {
    text += fmt::format(", {} gained, {} lost", passes->low.gained, passes->low.lost);
  }
  return text + ")";
}

/// A bound of the gain or the ratio, in words: `0.0412 worse`, `3.2 % higher`.
std::string side(const DecidedComparison& d, double bound) {
  if (is_ratio(d)) {
    const double above = bound - 1;
    return fmt::format("{} {}", as_percent(std::abs(above)), above >= 0 ? "higher" : "lower");
  }
  const double edge = d.claim.kind == ClaimKind::margin ? d.claim.bound : std::abs(d.claim.bound);
  return fmt::format("{} {}", show_apart(std::abs(bound), edge, d.metric.unit), bound >= 0 ? "better" : "worse");
}

/// `at least 0.0085 worse` of an upper bound below 0, `at most 0.0412 worse` of a lower one.
std::string beyond(const DecidedComparison& d, double bound, bool lower) {
  const bool positive = is_ratio(d) ? bound >= 1 : bound >= 0;
  return fmt::format("{} {}", positive == lower ? "at least" : "at most", side(d, bound));
}

std::string claim_text(const DecidedComparison& d) {
  switch (d.claim.kind) {
    case ClaimKind::max_increase:
      return fmt::format("the greatest increase of {}", as_percent(d.claim.bound));
    case ClaimKind::improvement:
      return d.claim.bound > 0 ? fmt::format("an improvement of more than {}", show(d.claim.bound, d.metric.unit))
                               : std::string("an improvement");
    default:
      return fmt::format("the margin {}", show(d.claim.bound, d.metric.unit));
  }
}

/// With so many lost cases and the gained ones as they are.
stats::PairedCounts with_lost(stats::PairedCounts counts, double lost) {
  counts.both += counts.lost - lost;
  counts.lost = lost;
  return counts;
}

/// The most lost cases for which `holds`, up to `most`; nothing where not even none will do.
template <class Holds>
std::optional<std::uint64_t> most_lost(double most, Holds holds) {
  if (!holds(0.0)) return std::nullopt;
  double low = 0;
  double high = most + 1;
  while (high - low > 1) {
    const double middle = std::floor((low + high) / 2);
    (holds(middle) ? low : high) = middle;
  }
  return static_cast<std::uint64_t>(low);
}

/// With which the claim would hold.
std::optional<std::uint64_t> losses_allowed(const DecidedComparison& d, const stats::PairedCounts& counts) {
  const double bound = d.claim.kind == ClaimKind::margin ? -d.claim.bound : d.claim.bound;
  return most_lost(counts.both + counts.lost,
                   [&](double lost) { return stats::tango_lower(with_lost(counts, lost), d.alpha) > bound; });
}

/// With which harm would not be proved.
std::optional<std::uint64_t> losses_unproved(const DecidedComparison& d, const stats::PairedCounts& counts) {
  const double harm = d.claim.kind == ClaimKind::margin ? 0 : d.claim.bound;
  return most_lost(counts.lost,
                   [&](double lost) { return stats::tango_upper(with_lost(counts, lost), d.alpha) >= harm; });
}

/// With how much less the same spread would still pass, or with how much more it would no longer block.
std::string value_text(const DecidedComparison& d) {
  const auto& value = d.compared.candidate;
  const bool pass = d.state == GateState::pass;
  if (!value || d.state == GateState::inconclusive || d.compared.missing > 0) return {};
  double other = NAN;
  if (is_ratio(d)) {
    other = pass ? *value * (1 + d.claim.bound) / d.high : *value / d.low;
  } else {
    const bool margin = d.claim.kind == ClaimKind::margin;
    const double gain =
        pass ? (margin ? -d.claim.bound : d.claim.bound) - d.low : (margin ? 0 : d.claim.bound) - d.high;
    other = d.compared.better_low ? *value - gain : *value + gain;
  }
  if (!std::isfinite(other)) return {};
  return fmt::format("; about {} would {}", show_apart(other, *value, d.metric.unit),
                     pass ? "still do" : "leave it open");
}

std::string losses_text(const DecidedComparison& d) {
  const auto* passes = passes_of(d);
  if (!passes) return value_text(d);
  const bool block = d.state == GateState::block;
  const auto most = block ? losses_unproved(d, passes->high) : losses_allowed(d, passes->low);
  if (!most) return {};
  if (block) return fmt::format("; {} would leave it open", plural(*most, "lost case"));
  if (d.state == GateState::pass) return fmt::format("; {} would still do", plural(*most, "lost case"));
  return fmt::format("; it takes at most {} instead of {}", plural(*most, "lost case"), passes->low.lost);
}

/// The means that both bounds stand on.
std::pair<double, double> centres(const DecidedComparison& d) {
  if (const auto* passes = passes_of(d)) {
    const auto gain = [&](const stats::PairedCounts& counts) {
      return (counts.gained - counts.lost) / static_cast<double>(d.compared.cases);
    };
    return {gain(passes->low), gain(passes->high)};
  }
  if (const auto* gains = std::get_if<PairedGains>(&d.compared.data))
    return {gains->low.mean.mean, gains->high.mean.mean};
  const auto& compared = d.compared;
  if (!compared.candidate || !compared.baseline) return {NAN, NAN};
  if (is_ratio(d)) return {*compared.candidate / *compared.baseline, *compared.candidate / *compared.baseline};
  const double gain = (compared.better_low ? -1 : 1) * (*compared.candidate - *compared.baseline);
  return {gain, gain};
}

/// About how many more cases like these bring a bound from where it is, around its centre, to `target`.
std::optional<std::uint64_t> more_cases(const DecidedComparison& d, double centre, double bound, double target) {
  const auto n = static_cast<double>(d.compared.cases);
  const double needed = n * std::pow((bound - centre) / (target - centre), 2);
  if (!std::isfinite(needed) || needed > 1e12) return std::nullopt;
  return static_cast<std::uint64_t>(std::max(1.0, std::ceil(needed - n)));
}

/// `: about 140 more cases like these would show that it holds`
std::string more_text(const DecidedComparison& d) {
  const auto [low, high] = centres(d);
  const bool ratio = is_ratio(d);
  const double claim = ratio ? 1 + d.claim.bound : d.claim.kind == ClaimKind::margin ? -d.claim.bound : d.claim.bound;
  const double harm = ratio ? 1 : d.claim.kind == ClaimKind::margin ? 0 : d.claim.bound;
  const bool good = ratio ? high < claim : low > claim;
  const bool bad = !good && (ratio ? low > harm : high < harm);
  if (!good && !bad) return ": so close to it no number of cases decides";
  const auto more = good ? more_cases(d, ratio ? high : low, ratio ? d.high : d.low, claim)
                         : more_cases(d, ratio ? low : high, ratio ? d.low : d.high, harm);
  if (!more) return ": more cases would narrow it";
  return fmt::format(": about {} like these would show that it {}", plural(*more, "more case"),
                     good ? "holds" : "does not");
}

/// Fewer cases than a margin takes, with the two numbers that count.
std::optional<std::string> too_few(const DecidedComparison& d) {
  const auto least = least_cases(d.claim, d.metric, d.alpha);
  if (!least || d.compared.cases >= *least) return std::nullopt;
  double discordance = kAssumedDiscordance;
  if (const auto* passes = passes_of(d); passes && passes->low.gained + passes->low.lost > 0) {
    discordance = (passes->low.gained + passes->low.lost) / static_cast<double>(d.compared.cases);
  }
  auto text =
      fmt::format("{}: too few for {} even without a loss, which takes {} cases", subject(d), claim_text(d), *least);
  if (const auto enough = stats::margin_n({discordance, 0}, d.claim.bound, d.alpha)) {
    text += fmt::format(", and {} for an unchanged candidate to pass 80 % of the time (where {} of cases differ)",
                        std::max(*least, *enough), as_percent(discordance));
  }
  return text;
}

/// A quantile without a bound on one side.
std::optional<std::string> unbounded(const DecidedComparison& d) {
  const auto* apart = std::get_if<Apart>(&d.compared.data);
  if (!apart || d.metric.measure != Measure::quantile || !(std::isinf(d.high) || std::isinf(d.low)))
    return std::nullopt;
  return fmt::format("{}: its quantile has no bound yet on one side, so {} is open: it takes {} samples in each run",
                     subject(d), claim_text(d), stats::quantile_min_n(d.metric.quantile, d.alpha / 2));
}

std::string open_text(const DecidedComparison& d) {
  if (auto text = too_few(d)) return *text;
  if (auto text = unbounded(d)) return *text;
  if (is_ratio(d) && std::isinf(d.high)) {
    return fmt::format(
        "{}: {} with {} confidence and without an upper bound, which leaves {} open: too little in the "
        "baseline to divide by",
        subject(d), beyond(d, d.low, true), confidence(d.alpha), claim_text(d));
  }
  return fmt::format("{}: with {} confidence in each bound between {} and {}, which leaves {} open{}{}", subject(d),
                     confidence(d.alpha), side(d, d.low), side(d, d.high), claim_text(d), more_text(d), losses_text(d));
}

std::string decided_text(const DecidedComparison& d) {
  const bool pass = d.state == GateState::pass;
  const bool lower = pass != is_ratio(d);
  const auto bound = fmt::format("{}: {} with {} confidence", subject(d), beyond(d, lower ? d.low : d.high, lower),
                                 confidence(d.alpha));
  if (d.claim.kind == ClaimKind::improvement) {
    return fmt::format("{}, which {} {}{}", bound, pass ? "is" : "is not", claim_text(d), losses_text(d));
  }
  if (pass) return fmt::format("{}, which keeps within {}{}", bound, claim_text(d), losses_text(d));
  return fmt::format("{}, so it is worse, and {} is not shown{}", bound, claim_text(d), losses_text(d));
}

std::string missing_text(const DecidedComparison& d) {
  if (d.compared.missing == 0) return {};
  return fmt::format("; {} without a value {} against the claim in one bound and for it in the other",
                     plural(d.compared.missing, "sample"), d.compared.missing == 1 ? "counts" : "count");
}

}  // namespace

std::string reason_of(const DecidedComparison& decided) {
  const bool open = decided.state == GateState::inconclusive;
  return (open ? open_text(decided) : decided_text(decided)) + missing_text(decided);
}

}  // namespace assay::gate
