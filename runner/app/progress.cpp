#include "runner/app/progress.hpp"

#include <assay/reports/progress.hpp>
#include <assay/stats/proportion.hpp>

namespace assay::app {

namespace {

constexpr double kAlpha = 0.05;

}  // namespace

Progress::Progress(Console& console, bool shown, std::uint64_t planned, std::uint64_t finished, Prices prices)
    : console_(console), shown_(shown), planned_(planned), before_(finished), prices_(std::move(prices)) {}

const Price* Progress::price_of(const Step& step) const {
  if (step.role == Role::target) return prices_.target ? &*prices_.target : nullptr;
  const auto found = step.question ? prices_.judges.find(step.question->to) : prices_.judges.end();
  return found == prices_.judges.end() ? nullptr : &found->second;
}

void Progress::add(const Sample& sample) {
  ++finished_;
  if (const auto* scored = std::get_if<outcome::Scored>(&sample.outcome)) {
    ++scored_;
    if (scored->pass) ++passed_;
  } else {
    ++errors_;
  }
  for (const auto& step : sample.transcript.steps) {
    ++calls_;
    if (step.replayed) continue;
    const auto* response = std::get_if<Response>(&step.result);
    if (response == nullptr) continue;
    tokens_ += response->usage.input_tokens.value_or(0) + response->usage.output_tokens.value_or(0);
    const auto* price = price_of(step);
    if (price == nullptr) continue;
    if (const auto cost = cost_usd(response->usage, *price)) usd_ = usd_.value_or(0) + *cost;
  }
}

Duration Progress::interval() const {
  return console_.err_terminal ? Duration(std::chrono::milliseconds(100)) : Duration(std::chrono::seconds(5));
}

void Progress::draw(std::uint32_t in_flight, std::uint32_t limit) {
  if (!shown_) return;
  const double seconds = to_seconds(SteadyClock::now() - started_);
  reports::ProgressView view;
  if (standing_) {
    auto standing = standing_();
    planned_ = standing.planned;
    view.where = std::move(standing.where);
  }
  view.done = before_ + finished_;
  view.planned = planned_;
  if (scored_ > 0) {
    view.pass_rate = static_cast<double>(passed_) / static_cast<double>(scored_);
    const auto n = static_cast<double>(scored_);
    view.interval = std::pair(stats::wilson_lower(static_cast<double>(passed_), n, kAlpha),
                              stats::wilson_upper(static_cast<double>(passed_), n, kAlpha));
  }
  view.calls_per_s = seconds > 0 ? static_cast<double>(calls_) / seconds : 0;
  view.in_flight = in_flight;
  view.limit = limit;
  view.tokens = static_cast<std::uint64_t>(tokens_);
  view.usd = usd_;
  if (finished_ > 0 && view.done < planned_) {
    view.eta = from_seconds(seconds / static_cast<double>(finished_) * static_cast<double>(planned_ - view.done));
  }
  view.errors = errors_;
  const reports::Style style{.color = false, .width = console_.width - 1};
  const auto line = reports::progress_line(view, style);
  if (console_.err_terminal) {
    console_.err << "\r\x1b[K" << line << std::flush;
  } else {
    console_.err << line << '\n' << std::flush;
  }
}

void Progress::finish() {
  if (!shown_) return;
  draw(0, 0);
  if (console_.err_terminal) console_.err << '\n';
}

}  // namespace assay::app
