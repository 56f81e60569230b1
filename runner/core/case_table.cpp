#include <assay/core/digest.hpp>
#include <assay/core/evidence.hpp>

#include <algorithm>
#include <array>
#include <functional>
#include <numeric>

namespace assay {

namespace {

constexpr std::string_view kSha256 = "sha256:";
constexpr char kBytes = 'b';  // 32 bytes follow
constexpr char kText = 't';   // the text follows

constexpr std::uint8_t kNoDigit = 16;

constexpr std::array<std::uint8_t, 256> kDigits = [] {
  std::array<std::uint8_t, 256> digits{};
  digits.fill(kNoDigit);
  for (std::uint8_t i = 0; i < 10; ++i) digits[static_cast<std::size_t>('0') + i] = i;
  for (std::uint8_t i = 0; i < 6; ++i) digits[static_cast<std::size_t>('a') + i] = static_cast<std::uint8_t>(10 + i);
  return digits;
}();

/// Half the size, where it is a SHA-256. `room` is where it may lie; a million of them are packed for a decision.
std::string_view pack(std::string_view digest, std::string& room) {
  if (digest.empty()) return {};
  room.assign(1, kText).append(digest);
  if (!digest.starts_with(kSha256) || digest.size() != kSha256.size() + 64) return room;
  std::array<char, 33> packed{kBytes};
  std::uint8_t worst = 0;
  for (std::size_t i = 0; i < 32; ++i) {
    const char* pair = digest.data() + kSha256.size() + 2 * i;
    const std::uint8_t high = kDigits[static_cast<std::uint8_t>(pair[0])];
    const std::uint8_t low = kDigits[static_cast<std::uint8_t>(pair[1])];
    worst = std::max({worst, high, low});
    packed[i + 1] = static_cast<char>(high << 4 | low);
  }
  if (worst == kNoDigit) return room;
  return room.assign(packed.data(), packed.size());
}

std::string unpack(std::string_view packed) {
  if (packed.empty()) return {};
  if (packed[0] == kText) return std::string(packed.substr(1));
  DigestBytes bytes{};
  std::transform(packed.begin() + 1, packed.end(), bytes.begin(), [](char c) { return static_cast<std::uint8_t>(c); });
  return to_string(bytes);
}

std::size_t hash_of(const Tags& tags) {
  const std::hash<std::string_view> hash;
  std::size_t sum = 0;
  for (const auto& [key, value] : tags) sum = sum * 31 + hash(key) * 17 + hash(value);
  return sum;
}

/// Keeps nothing while all is 0.
void add_number(std::vector<std::uint32_t>& numbers, std::size_t at, std::uint32_t number) {
  if (numbers.empty() && number == 0) return;
  numbers.resize(at, 0);
  numbers.push_back(number);
}

}  // namespace

std::uint32_t CaseTable::number_of(const Tags& tags) {
  const std::size_t hash = hash_of(tags);
  const auto [first, last] = by_hash_.equal_range(hash);
  for (auto known = first; known != last; ++known) {
    if (tag_sets_[known->second] == tags) return known->second;
  }
  const auto number = static_cast<std::uint32_t>(tag_sets_.size());
  tag_sets_.push_back(tags);
  by_hash_.emplace(hash, number);
  return number;
}

void CaseTable::add(std::uint32_t ordinal, std::string_view id, std::string_view digest, std::string_view cluster,
                    const Tags& tags) {
  add_numbered(ordinal, id, digest, cluster, number_of(tags));
}

void CaseTable::add_numbered(std::uint32_t ordinal, std::string_view id, std::string_view digest,
                             std::string_view cluster, std::uint32_t tags) {
  const std::size_t at = size();
  if (ordinals_.empty() && ordinal != at) {
    ordinals_.resize(at);
    std::iota(ordinals_.begin(), ordinals_.end(), 0U);
    ordinals_.push_back(ordinal);
  } else if (!ordinals_.empty()) {
    ordinals_.push_back(ordinal);
  }
  if (!digest.empty() || digests_.size() > 0) {
    while (digests_.size() < at) digests_.add({});
    digests_.add(pack(digest, packed_));
  }
  add_number(cluster_of_, at, cluster.empty() ? 0 : clusters_.number(cluster) + 1);
  add_number(tag_set_of_, at, tags);
  ids_.add(id);
}

CaseView CaseTable::operator[](std::size_t at) const {
  const std::uint32_t cluster = cluster_number(at);
  return {ordinal(at), ids_[at], digests_.size() == 0 ? std::string() : unpack(digests_[at]),
          cluster == 0 ? std::string_view() : clusters_[cluster - 1], tag_sets_[tags_number(at)]};
}

std::string_view CaseTable::digest_key(std::size_t at) const {
  return at < digests_.size() ? digests_[at] : std::string_view();
}

std::uint32_t CaseTable::ordinal(std::size_t at) const {
  return ordinals_.empty() ? static_cast<std::uint32_t>(at) : ordinals_[at];
}

std::uint32_t CaseTable::cluster_number(std::size_t at) const {
  return cluster_of_.empty() ? 0 : cluster_of_[at];
}

std::uint32_t CaseTable::tags_number(std::size_t at) const {
  return tag_set_of_.empty() ? 0 : tag_set_of_[at];
}

}  // namespace assay
