#include "reports/or_null.hpp"
#include "reports/table.hpp"

#include <assay/reports/trust.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace assay::reports {
namespace {

// Below these a person should hesitate; a policy says for itself what it asks for.
constexpr double kWeak = 0.5;
constexpr std::size_t kSlicesShown = 12;

std::string share(double value) {
  return show_value(value, Unit::share);
}

std::string number(std::optional<double> value) {
  return value ? fmt::format("{:.2f}", *value) : "–";
}

std::string rate_text(std::string_view verb, std::optional<double> rate,
                      const std::optional<std::pair<double, double>>& interval, std::uint64_t hits, std::uint64_t all,
                      std::string_view which) {
  if (!rate) return fmt::format("not measured: people {} no answer", which);
  return fmt::format("{} {}: it {} {} of {} that people {}", share(*rate), show_interval(interval, Unit::share), verb,
                     show_count(hits), show_count(all), which);
}

std::string line(std::string_view name, std::string_view text, const Style& style) {
  return paragraph(fmt::format("  {:<22}", name), text, style.width);
}

std::string agreement_lines(const Trust& trust, const Style& style) {
  std::string out = line("Cohen's κ", fmt::format("{} on passing", number(trust.kappa)), style);
  if (trust.alpha) out += line("Krippendorff's α", fmt::format("{} judge and people", number(trust.alpha)), style);
  if (trust.people_alpha) out += line("", fmt::format("{} among people", number(trust.people_alpha)), style);
  return out;
}

std::string bias_lines(const Trust& trust, const Style& style) {
  std::string out;
  if (trust.self_consistency) {
    out += line("self-consistency", fmt::format("{} of repeats agree", share(*trust.self_consistency)), style);
  }
  if (trust.judge_variance && trust.answer_variance) {
    out += line("variance", fmt::format("judge {:.3g}, answers {:.3g}", *trust.judge_variance, *trust.answer_variance),
                style);
  }
  if (trust.position_consistency) {
    out += line("position",
                fmt::format("{} of pairs have one winner in both orders{}", share(*trust.position_consistency),
                            trust.first_preference
                                ? fmt::format("; of the others the first place wins {}", share(*trust.first_preference))
                                : std::string()),
                style);
  }
  if (trust.verbosity) {
    out += line("verbosity",
                fmt::format("ρ {} between length and what it gives beyond people", number(trust.verbosity)), style);
  }
  if (trust.injections > 0) {
    out += line("planted verdicts",
                fmt::format("{} of {} did not raise its score", show_count(trust.injections_resisted),
                            show_count(trust.injections)),
                style);
  }
  return out;
}

std::string slice_table(const Trust& trust, const Style& style) {
  if (trust.slices.empty()) return {};
  std::vector<std::vector<Cell>> rows;
  for (const auto& slice : trust.slices) {
    if (rows.size() == kSlicesShown) break;
    const auto& counts = slice.counts;
    const auto all = counts.true_pass + counts.false_fail + counts.true_fail + counts.false_pass;
    rows.push_back({{fmt::format("{}={}", slice.tag, slice.value)},
                    {show_count(all)},
                    {counts.sensitivity() ? share(*counts.sensitivity()) : "–"},
                    {counts.specificity() ? share(*counts.specificity()) : "–"},
                    {number(counts.youden())}});
  }
  auto out = render_table({{"slice", false, 12}, {"n", true}, {"TPR", true}, {"TNR", true}, {"J", true}},
                          std::move(rows), style.width, style.color);
  if (trust.slices.size() > kSlicesShown) {
    out += fmt::format("  and {} slices more (--json shows all)\n", trust.slices.size() - kSlicesShown);
  }
  return out;
}

// What to make of it, in one sentence.
std::string advice(const TrustView& view) {
  const auto youden = view.trust.all.youden();
  if (!youden)
    return "Nothing can be said: labels of both kinds are needed, answers that people pass and that they fail.";
  const auto lower = view.youden_lower.value_or(-1);
  if (lower <= 0) {
    return fmt::format("It cannot be told from guessing (J {:.2f}, lower bound {:.2f}): do not let it decide.", *youden,
                       lower);
  }
  if (lower < kWeak) {
    return fmt::format(
        "It is weak: J may be as low as {:.2f}. With `judge: {{min_youden: …}}` above that it may not decide.", lower);
  }
  return fmt::format("J is at least {:.2f} (95 %): a policy may ask for `min_youden: {:.1f}`.", lower,
                     std::max(0.0, static_cast<double>(static_cast<int>(lower * 10)) / 10));
}

std::string one(const TrustView& view, const Style& style) {
  const auto& trust = view.trust;
  const auto& all = trust.all;
  const auto labelled = all.true_pass + all.false_fail + all.true_fail + all.false_pass + all.unscored;
  std::string out =
      paint(fmt::format("judge {} ({}), check {} of suite {}", trust.use.judge, trust.model, trust.metric, trust.suite),
            Paint::bold, style.color) +
      fmt::format(": {} labelled answers\n", show_count(labelled));
  out += line(
      "passes what is good",
      rate_text("passes", all.sensitivity(), view.tpr_interval, all.true_pass, all.true_pass + all.false_fail, "pass"),
      style);
  out += line(
      "fails what is bad",
      rate_text("fails", all.specificity(), view.tnr_interval, all.true_fail, all.true_fail + all.false_pass, "fail"),
      style);
  if (const auto youden = all.youden()) {
    out += line("Youden's J",
                fmt::format("{:.2f}, lower bound {}  (TPR + TNR − 1: 0 is chance, 1 is people)", *youden,
                            number(view.youden_lower)),
                style);
  }
  out += agreement_lines(trust, style) + bias_lines(trust, style);
  if (all.unscored > 0) out += line("could not tell", fmt::format("{} answers", show_count(all.unscored)), style);
  if (view.undecided > 0)
    out += line("left out", fmt::format("{} answers on which people are split", show_count(view.undecided)), style);
  if (view.failed > 0)
    out += line("failed", fmt::format("{} answers: the judge was not reached", show_count(view.failed)), style);
  out += slice_table(trust, style);
  return out + paragraph("  → ", advice(view), style.width);
}

OrderedJson interval_json(const std::optional<std::pair<double, double>>& interval) {
  return interval ? OrderedJson{interval->first, interval->second} : OrderedJson();
}

OrderedJson confusion_json(const Confusion& counts) {
  return {{"true_pass", counts.true_pass},        {"false_fail", counts.false_fail},
          {"true_fail", counts.true_fail},        {"false_pass", counts.false_pass},
          {"unscored", counts.unscored},          {"tpr", or_null(counts.sensitivity())},
          {"tnr", or_null(counts.specificity())}, {"youden", or_null(counts.youden())}};
}

}  // namespace

std::string trust_report(std::span<const TrustView> views, const Style& style) {
  std::string out;
  for (const auto& view : views) out += (out.empty() ? "" : "\n") + one(view, style);
  return harmless(out);
}

OrderedJson trust_json(const TrustView& view) {
  const auto& trust = view.trust;
  auto slices = OrderedJson::array();
  for (const auto& slice : trust.slices) {
    slices.push_back({{"tag", slice.tag}, {"value", slice.value}, {"counts", confusion_json(slice.counts)}});
  }
  return {{"judge", trust.use.judge},
          {"model", trust.model},
          {"judge_digest", trust.use.digest},
          {"prompt", trust.use.prompt},
          {"suite", trust.suite},
          {"metric", trust.metric},
          {"at", to_rfc3339(trust.at)},
          {"run", trust.run},
          {"counts", confusion_json(trust.all)},
          {"tpr_interval", interval_json(view.tpr_interval)},
          {"tnr_interval", interval_json(view.tnr_interval)},
          {"youden_lower", or_null(view.youden_lower)},
          {"kappa", or_null(trust.kappa)},
          {"alpha", or_null(trust.alpha)},
          {"people_alpha", or_null(trust.people_alpha)},
          {"self_consistency", or_null(trust.self_consistency)},
          {"judge_variance", or_null(trust.judge_variance)},
          {"answer_variance", or_null(trust.answer_variance)},
          {"position_consistency", or_null(trust.position_consistency)},
          {"first_preference", or_null(trust.first_preference)},
          {"verbosity", or_null(trust.verbosity)},
          {"injections", trust.injections},
          {"injections_resisted", trust.injections_resisted},
          {"undecided", view.undecided},
          {"failed", view.failed},
          {"slices", std::move(slices)}};
}

}  // namespace assay::reports
