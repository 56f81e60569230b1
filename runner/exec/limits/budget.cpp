#include "runner/exec/limits/budget.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <string_view>

namespace assay::exec {

namespace {

// Sums of many small amounts are off in their last digits; no budget turns on a billionth of itself.
bool exceeds(double amount, double limit) {
  return amount > limit * (1 + 1e-9);
}

Budget::Answer ask(double limit, double spent, double reserved, double estimate) {
  if (spent >= limit || exceeds(spent + estimate, limit)) return Budget::Answer::spent;
  return exceeds(spent + reserved + estimate, limit) ? Budget::Answer::wait : Budget::Answer::granted;
}

std::string fixed(double value, int decimals) {
  std::array<char, 400> text{};  // the longest double has 309 digits before its point
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed, decimals);
  return {text.data(), end.ptr};
}

// Cents, and more places where a call costs less.
int decimals_of_usd(double estimate) {
  if (estimate <= 0) return 2;
  return std::clamp(-static_cast<int>(std::floor(std::log10(estimate))), 2, 8);
}

std::string sentence(std::string_view option, double limit, double spent, std::string_view unit, double estimate,
                     int decimals) {
  std::string text(option);
  text += ": " + fixed(spent, decimals) + " of " + fixed(limit, decimals) + " " + std::string(unit) + " are spent";
  if (estimate > 0 && spent < limit) text += ", and the next call may cost " + fixed(estimate, decimals);
  return text;
}

}  // namespace

Budget::Budget(const BudgetLimits& limits, Spending spent) : limits_(limits), spent_(spent) {}

Budget::Answer Budget::reserve(const Spending& estimate) {
  auto answer = Answer::granted;
  if (limits_.usd) {
    answer = ask(*limits_.usd, spent_.usd, reserved_.usd, estimate.usd);
    if (answer == Answer::spent) {
      why_ = sentence("max-cost", *limits_.usd, spent_.usd, "USD", estimate.usd, decimals_of_usd(estimate.usd));
      return answer;
    }
  }
  if (limits_.tokens) {
    const auto most = static_cast<double>(*limits_.tokens);
    const auto tokens = ask(most, spent_.tokens, reserved_.tokens, estimate.tokens);
    if (tokens == Answer::spent) {
      why_ = sentence("max-tokens", most, spent_.tokens, "tokens", std::ceil(estimate.tokens), 0);
      return tokens;
    }
    if (tokens == Answer::wait) answer = tokens;
  }
  if (answer != Answer::granted) return answer;
  ++open_;
  reserved_.usd += estimate.usd;
  reserved_.tokens += estimate.tokens;
  return answer;
}

Spending Budget::within(Spending guess) const {
  if (limits_.usd) guess.usd = std::clamp(*limits_.usd - spent_.usd, 0.0, guess.usd);
  if (limits_.tokens)
    guess.tokens = std::clamp(static_cast<double>(*limits_.tokens) - spent_.tokens, 0.0, guess.tokens);
  return guess;
}

void Budget::settle(const Spending& estimate, const Spending& actual) {
  // What rounding leaves over must not make the last call wait for nobody.
  reserved_ = --open_ == 0 ? Spending{} : Spending{reserved_.usd - estimate.usd, reserved_.tokens - estimate.tokens};
  spent_.usd += actual.usd;
  spent_.tokens += actual.tokens;
}

}  // namespace assay::exec
