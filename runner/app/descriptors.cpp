#include "runner/app/descriptors.hpp"

#include <sys/resource.h>

#include <algorithm>

namespace assay::app {

namespace {

// Standard streams, loop, signals, two connections to the history with log and index each, lock, data set, cassette,
// verdict: about 25.
constexpr std::uint64_t kOther = 32;

}  // namespace

std::uint64_t raise_descriptor_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return 1024;
  if (limit.rlim_cur < limit.rlim_max) {
    const auto soft = limit.rlim_cur;
    limit.rlim_cur = limit.rlim_max;
    if (setrlimit(RLIMIT_NOFILE, &limit) != 0) limit.rlim_cur = soft;
  }
  return limit.rlim_cur;
}

std::uint32_t connections_within(std::uint64_t files) {
  return static_cast<std::uint32_t>(std::clamp<std::uint64_t>(files > kOther ? files - kOther : 1, 1, 1'000'000));
}

std::uint32_t files_of_call(const Target& target) {
  if (target.api == kCommand) return kFilesOfProgram;
  return target.url.starts_with(kStub) ? 2 : 1;  // served here: both ends are ours
}

void hold_at(std::uint32_t most, exec::Limits& limits) {
  limits.most = std::min(limits.most, most);
  if (limits.concurrency) limits.concurrency = std::min(*limits.concurrency, most);
}

}  // namespace assay::app
