// gate_bench rates [--replicates N] [--seed N] | coverage [--draws N]: JSON on standard output; see
// bench/gate/story.py.

#include "bench/gate/coverage.hpp"
#include "bench/gate/rates.hpp"

#include <fmt/format.h>

#include <cstdlib>
#include <iostream>
#include <span>
#include <string_view>

namespace {

using namespace assay;

constexpr std::uint64_t kReplicates = 4000;
constexpr std::uint64_t kDraws = 20'000;

std::uint64_t option(std::span<char* const> arguments, std::string_view name, std::uint64_t otherwise) {
  for (std::size_t i = 0; i + 1 < arguments.size(); ++i) {
    if (arguments[i] == name) return std::strtoull(arguments[i + 1], nullptr, 10);
  }
  return otherwise;
}

OrderedJson json_of(const bench::Hits& hits) {
  return {{"lower", hits.lower}, {"upper", hits.upper}, {"both", hits.both}};
}

OrderedJson measure_coverage(std::uint64_t draws) {
  auto rows = OrderedJson::array();
  const auto add = [&](const std::vector<bench::Coverage>& found) {
    for (const auto& each : found) {
      rows.push_back({{"method", each.method},
                      {"over", each.over},
                      {"draws", each.draws},
                      {"guaranteed", each.guaranteed},
                      {"points", each.points},
                      {"least", json_of(each.least)},
                      {"mean", json_of(each.mean)},
                      {"worst", each.worst}});
    }
  };
  add(bench::exact_coverage());
  add(bench::drawn_coverage(draws));
  return rows;
}

}  // namespace

int main(int argc, char** argv) {
  const std::span<char* const> arguments(argv + 1, static_cast<std::size_t>(argc - 1));
  const std::string_view what = arguments.empty() ? "" : arguments.front();
  OrderedJson found;
  const bench::RatesRequest request{option(arguments, "--replicates", kReplicates),
                                    option(arguments, "--seed", bench::RatesRequest{}.seed)};
  if (what == "rates") {
    found = bench::measure_rates(request);
  } else if (what == "harms") {
    found = bench::measure_harms(request);
  } else if (what == "coverage") {
    found = measure_coverage(option(arguments, "--draws", kDraws));
  } else {
    std::cerr << "gate_bench: write rates, harms or coverage\n";
    return 4;
  }
  std::cout << found.dump(1) << '\n';
  return 0;
}
