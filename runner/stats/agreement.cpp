#include <assay/stats/agreement.hpp>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace assay::stats {

namespace {

double weight_of(std::size_t i, std::size_t j, std::size_t k, KappaWeights weights) {
  if (weights == KappaWeights::nominal) return i == j ? 1 : 0;
  const double far = std::abs(static_cast<double>(i) - static_cast<double>(j)) / static_cast<double>(k - 1);
  return 1 - (weights == KappaWeights::linear ? far : far * far);
}

/// Shares of the table, its margins and the weights.
struct Agreement {
  std::size_t k = 0;
  KappaWeights weights = KappaWeights::nominal;
  double n = 0;
  std::vector<double> share;
  std::vector<double> row;
  std::vector<double> column;

  double weight(std::size_t i, std::size_t j) const { return weight_of(i, j, k, weights); }
};

Agreement agreement_of(std::span<const double> table, std::size_t k, KappaWeights weights) {
  Agreement result{k, weights, std::accumulate(table.begin(), table.end(), 0.0), {}, {}, {}};
  result.row.resize(k);
  result.column.resize(k);
  for (std::size_t cell = 0; cell < table.size(); ++cell) {
    const double share = table[cell] / result.n;
    result.share.push_back(share);
    result.row[cell / k] += share;
    result.column[cell % k] += share;
  }
  return result;
}

/// Fleiss, Cohen and Everitt's large-sample standard error, where κ need not be 0.
double kappa_error(const Agreement& a, const Kappa& kappa) {
  std::vector<double> by_row(a.k, 0.0);
  std::vector<double> by_column(a.k, 0.0);
  for (std::size_t i = 0; i < a.k; ++i) {
    for (std::size_t j = 0; j < a.k; ++j) {
      by_row[i] += a.weight(i, j) * a.column[j];
      by_column[j] += a.weight(i, j) * a.row[i];
    }
  }
  const double rest = 1 - kappa.kappa;
  double sum = 0;
  for (std::size_t i = 0; i < a.k; ++i) {
    for (std::size_t j = 0; j < a.k; ++j) {
      const double term = a.weight(i, j) - (by_row[i] + by_column[j]) * rest;
      sum += a.share[i * a.k + j] * term * term;
    }
  }
  const double offset = kappa.kappa - kappa.expected * rest;
  return std::sqrt(std::max(sum - offset * offset, 0.0) / a.n) / (1 - kappa.expected);
}

/// Values that can be compared: those of units with two or more.
std::vector<double> pairable(std::span<const std::vector<double>> units) {
  std::vector<double> all;
  for (const auto& unit : units) {
    if (unit.size() >= 2) all.insert(all.end(), unit.begin(), unit.end());
  }
  std::sort(all.begin(), all.end());
  return all;
}

/// Distances in mid-ranks are the ordinal metric.
double mid_rank(const std::vector<double>& sorted, double value) {
  const auto [from, to] = std::equal_range(sorted.begin(), sorted.end(), value);
  return static_cast<double>((from - sorted.begin()) + (to - sorted.begin()) + 1) / 2;
}

/// Σ of the squared distances over all ordered pairs.
double disagreement(std::vector<double> values, AlphaLevel level) {
  const auto n = static_cast<double>(values.size());
  if (level == AlphaLevel::nominal) {
    std::sort(values.begin(), values.end());
    double equal = 0;
    for (const double value : values) {
      const auto [from, to] = std::equal_range(values.begin(), values.end(), value);
      equal += static_cast<double>(to - from);
    }
    return n * n - equal;
  }
  const double mean = std::accumulate(values.begin(), values.end(), 0.0) / n;
  double squares = 0;
  for (const double value : values) squares += (value - mean) * (value - mean);
  return 2 * n * squares;
}

}  // namespace

std::optional<Kappa> cohen_kappa(std::span<const double> table, std::size_t k, KappaWeights weights) {
  const auto negative = [](double count) { return !(count >= 0); };
  if (k < 2 || table.size() != k * k || std::any_of(table.begin(), table.end(), negative)) return std::nullopt;
  const auto a = agreement_of(table, k, weights);
  if (!(a.n > 0)) return std::nullopt;
  Kappa kappa;
  for (std::size_t i = 0; i < k; ++i) {
    for (std::size_t j = 0; j < k; ++j) {
      kappa.observed += a.weight(i, j) * a.share[i * k + j];
      kappa.expected += a.weight(i, j) * a.row[i] * a.column[j];
    }
  }
  if (!(1 - kappa.expected > 1e-12)) return std::nullopt;
  kappa.kappa = (kappa.observed - kappa.expected) / (1 - kappa.expected);
  kappa.standard_error = kappa_error(a, kappa);
  return kappa;
}

std::optional<double> krippendorff_alpha(std::span<const std::vector<double>> units, AlphaLevel level) {
  auto all = pairable(units);
  if (all.empty() || all.front() == all.back()) return std::nullopt;
  const auto sorted = all;
  const auto place = [&](double value) { return level == AlphaLevel::ordinal ? mid_rank(sorted, value) : value; };
  double observed = 0;
  for (const auto& unit : units) {
    if (unit.size() < 2) continue;
    std::vector<double> places;
    for (const double value : unit) places.push_back(place(value));
    observed += disagreement(std::move(places), level) / static_cast<double>(unit.size() - 1);
  }
  for (double& value : all) value = place(value);
  const auto n = static_cast<double>(sorted.size());
  return 1 - (n - 1) * observed / disagreement(std::move(all), level);
}

}  // namespace assay::stats
