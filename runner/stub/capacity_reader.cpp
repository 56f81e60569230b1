#include "runner/stub/script.hpp"

#include <assay/text/reader.hpp>

namespace assay::stub {

namespace {

using text::MapReader;
using text::Node;

constexpr std::int64_t kMost = 1'000'000;
constexpr Duration kUsualRetryAfter = std::chrono::seconds(1);

std::optional<std::uint32_t> read_count(MapReader& reader, std::string_view key) {
  const auto count = reader.integer(key, 1, kMost);
  if (!count) return std::nullopt;
  return static_cast<std::uint32_t>(*count);
}

void read_retry_after(MapReader& reader, CapacitySpec& spec) {
  const Node* node = reader.get("retry_after");
  if (node == nullptr) return;
  const bool word = node->is_scalar() && !node->quoted && (node->scalar == "true" || node->scalar == "false");
  if (!word) {
    spec.retry_after = reader.duration("retry_after");
  } else if (node->scalar == "true") {
    spec.retry_after = kUsualRetryAfter;
  } else {
    spec.says_when = false;
  }
}

/// A key that says nothing without another one is an error, never ignored.
void check_use(MapReader& reader, const CapacitySpec& spec) {
  const bool rate = spec.requests_per_minute || spec.tokens_per_minute;
  if (!rate && !spec.concurrent && !spec.workers) {
    reader.error("'capacity' bounds nothing", "write for example `capacity: {concurrent: 200}`");
    return;
  }
  if (!rate && reader.get("burst") != nullptr) {
    reader.error("'burst' belongs to a rate", "add 'requests_per_minute' or 'tokens_per_minute', or remove it");
  }
  if (!rate && !spec.concurrent && reader.get("retry_after") != nullptr) {
    reader.error("'retry_after' belongs to a rejection, and workers reject nothing", "add 'concurrent', or remove it");
  }
  if (spec.burst <= Duration::zero()) reader.error("'burst' must be longer than 0", "write for example `burst: 1s`");
}

}  // namespace

CapacitySpec read_capacity(const Node& node, Diagnostics& diagnostics) {
  const std::size_t before = diagnostics.error_count();
  MapReader reader(node, "'capacity'", diagnostics);
  CapacitySpec spec;
  spec.concurrent = read_count(reader, "concurrent");
  spec.workers = read_count(reader, "workers");
  spec.requests_per_minute = reader.number("requests_per_minute", 0.001, 1e9);
  spec.tokens_per_minute = reader.number("tokens_per_minute", 0.001, 1e12);
  if (const auto burst = reader.duration("burst")) spec.burst = *burst;
  read_retry_after(reader, spec);
  reader.finish();
  if (diagnostics.error_count() == before) check_use(reader, spec);
  return spec;
}

}  // namespace assay::stub
