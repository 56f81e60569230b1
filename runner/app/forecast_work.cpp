#include "runner/app/forecast_work.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace assay::app {

namespace {

constexpr double kCharsPerToken = 4;

/// A sum that is unknown as soon as one of its parts is.
void add(std::optional<double>& sum, std::optional<double> part) {
  if (sum && part) {
    *sum += *part;
  } else {
    sum.reset();
  }
}

std::optional<double> times(double calls, std::optional<double> each) {
  return each ? std::optional(calls * *each) : std::nullopt;
}

/// How long a lane is busy: by what is in flight, and by what its limits let through in a minute.
struct Load {
  std::uint64_t calls = 0;
  std::optional<double> busy_s;  ///< of all calls, one after the other
  std::optional<double> tokens;
  std::uint32_t seen_in_flight = 0;  ///< of an earlier run
};

void set_time(reports::WorkLine& line, const exec::Limits& limits, const Load& load) {
  const auto take = [&](double seconds, std::string pace) {
    if (line.seconds && *line.seconds >= seconds) return;
    line.seconds = seconds;
    line.pace = std::move(pace);
  };
  const auto in_flight = limits.concurrency.value_or(std::min(limits.most, load.seen_in_flight));
  if (load.busy_s && in_flight > 0 && load.calls > 0) {
    const double each = *load.busy_s / static_cast<double>(load.calls);
    // Fewer calls than places: no quicker than one call.
    const double seconds = std::max(*load.busy_s / in_flight, each);
    take(seconds, fmt::format("{} in flight, {} a call", in_flight, reports::show_value(each, Unit::seconds)));
  }
  if (limits.requests_per_minute) {
    take(static_cast<double>(load.calls) / *limits.requests_per_minute * 60,
         fmt::format("{:g} requests a minute", *limits.requests_per_minute));
  }
  if (limits.tokens_per_minute && load.tokens) {
    take(*load.tokens / *limits.tokens_per_minute * 60, fmt::format("{:g} tokens a minute", *limits.tokens_per_minute));
  }
}

void finish(reports::WorkLine& line, const Target& who, std::optional<double> busy_s, std::uint32_t seen_in_flight) {
  std::optional<double> tokens = line.input_tokens;
  add(tokens, line.output_tokens);
  if (who.price && line.input_tokens && line.output_tokens) {
    line.usd =
        (*line.input_tokens * who.price->input_per_mtok + *line.output_tokens * who.price->output_per_mtok) / 1e6;
  }
  set_time(line, who.limits, {line.calls, busy_s, tokens, seen_in_flight});
}

reports::WorkLine begin(const std::string& role, const Target& who) {
  reports::WorkLine line;
  line.role = role;
  line.name = who.name;
  line.model = who.model;
  line.input_tokens = line.output_tokens = 0;
  return line;
}

}  // namespace

reports::WorkLine target_work(const std::string& role, const Target& target, std::span<const SuiteSurvey> surveys,
                              std::span<const SuitePast> pasts) {
  auto line = begin(role, target);
  std::optional<double> busy_s = 0;
  std::uint32_t seen_in_flight = 0;
  for (std::size_t i = 0; i < surveys.size(); ++i) {
    const auto& survey = surveys[i];
    const auto& past = pasts[i];
    const auto calls = survey.outlook.planned.rows.size();
    const auto n = static_cast<double>(calls);
    line.calls += calls;
    auto input = times(n, past.call.input_tokens);
    auto output = times(n, past.call.output_tokens);
    if (!input || !output) line.guessed = true;
    if (!input) input = std::ceil(static_cast<double>(survey.prompt_chars * survey.outlook.samples) / kCharsPerToken);
    if (!output && survey.max_tokens) output = n * static_cast<double>(*survey.max_tokens);
    add(line.input_tokens, input);
    add(line.output_tokens, output);
    add(busy_s, times(n, past.call.seconds));
    seen_in_flight = std::max(seen_in_flight, past.in_flight);
  }
  finish(line, target, busy_s, seen_in_flight);
  return line;
}

std::vector<reports::WorkLine> judge_work(std::span<const Target> judges, std::span<const SuiteSurvey> surveys,
                                          std::span<const SuitePast> pasts, std::uint64_t sides) {
  std::vector<reports::WorkLine> lines;
  for (const auto& judge : judges) {
    auto line = begin("judge", judge);
    std::optional<double> busy_s = 0;
    std::uint32_t seen_in_flight = 0;
    for (std::size_t i = 0; i < surveys.size(); ++i) {
      const auto asked = surveys[i].asked.find(judge.name);
      if (asked == surveys[i].asked.end()) continue;
      const auto before = pasts[i].judges.find(judge.name);
      const bool known = before != pasts[i].judges.end();
      const auto& outlook = surveys[i].outlook;
      const auto samples = static_cast<double>(outlook.planned.rows.size() * sides);
      const double calls =
          known ? samples * before->second.calls : static_cast<double>(asked->second * outlook.samples * sides);
      const CallMean each = known ? before->second.each : CallMean{};
      line.calls += static_cast<std::uint64_t>(std::llround(calls));
      line.guessed = line.guessed || !known;
      add(line.input_tokens, times(calls, each.input_tokens));
      add(line.output_tokens, times(calls, each.output_tokens));
      add(busy_s, times(calls, each.seconds));
      seen_in_flight = std::max(seen_in_flight, pasts[i].in_flight);
    }
    finish(line, judge, busy_s, seen_in_flight);
    lines.push_back(std::move(line));
  }
  return lines;
}

}  // namespace assay::app
