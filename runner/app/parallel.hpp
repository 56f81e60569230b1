#pragma once
/// Replicates of a simulation over the machine's cores. Each result stands at its own place, so that the order of work
/// shows nowhere.

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <thread>
#include <vector>

namespace assay::app {

/// `work(i)` for every i below `count`; `make()` gives each thread a `work` of its own. Neither may throw.
template <class Result, class Make>
std::vector<Result> replicates(std::size_t count, const Make& make) {
  std::vector<Result> results(count);
  std::atomic<std::size_t> next{0};
  const auto run = [&] {
    auto work = make();
    for (std::size_t i = next++; i < count; i = next++) results[i] = work(i);
  };
  std::vector<std::jthread> threads;
  for (unsigned i = 1; i < std::max(1U, std::thread::hardware_concurrency()); ++i) threads.emplace_back(run);
  run();
  threads.clear();
  return results;
}

}  // namespace assay::app
