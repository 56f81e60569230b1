#include "suites/record_case.hpp"

#include <assay/core/digest.hpp>
#include <assay/text/utf8.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>
#include <vector>

namespace assay::suites {

namespace {

/// Keys in a table with open addressing, between a half and three quarters full.
class KeyTable {
 public:
  /// False if `key` was there. Keys are spread evenly, and never 0.
  bool insert(std::uint64_t key) {
    if (4 * (count_ + 1) > 3 * slots_.size()) grow();
    auto at = first_slot(key);
    while (slots_[at] != kFree) {
      if (slots_[at] == key) return false;
      if (++at == slots_.size()) at = 0;
    }
    slots_[at] = key;
    ++count_;
    return true;
  }

 private:
  static constexpr std::uint64_t kFree = 0;
  static constexpr std::size_t kLeast = 8;

  /// The upper half of the key as a fraction of the table (D. Lemire, arXiv:1805.10941).
  [[nodiscard]] std::size_t first_slot(std::uint64_t key) const { return ((key >> 32U) * slots_.size()) >> 32U; }

  void grow() {
    const auto size = std::max(kLeast, slots_.size() + slots_.size() / 2);
    const auto old = std::exchange(slots_, std::vector<std::uint64_t>(size, kFree));
    count_ = 0;
    for (const auto key : old) {
      if (key != kFree) insert(key);
    }
  }

  std::vector<std::uint64_t> slots_;
  std::size_t count_ = 0;
};

/// The ids seen so far. Keeps 8 bytes of an id's digest in at most 16, not the id: a data set may have millions. In
/// parts, so that only one of them is there twice while it grows.
class IdSet {
 public:
  /// False if `id` was added before, or, for about one pair in 2⁶⁴, another one that looks like it.
  bool add(std::string_view id) {
    const auto digest = sha256(id);
    std::uint64_t key = 0;
    std::memcpy(&key, digest.data(), sizeof(key));
    key = std::max<std::uint64_t>(key, 1);
    return parts_[key % parts_.size()].insert(key);
  }

 private:
  std::array<KeyTable, 64> parts_;
};

Result<std::unique_ptr<datasets::Cursor>> open_data(const DatasetSpec& spec) {
  return datasets::open(spec.file, {.delimiter = spec.delimiter});
}

// Of so many ids that are there twice, the first use is looked up by reading the data again.
constexpr std::uint64_t kLookedUp = 20;

class SuiteCases final : public CaseCursor {
 public:
  /// `data` and `spec` are both there or both null.
  SuiteCases(const Suite& suite, const DatasetSpec* spec, std::unique_ptr<datasets::Cursor> data, Ids ids)
      : suite_(suite), spec_(spec), data_(std::move(data)), check_ids_(ids == Ids::check && data_ != nullptr) {}

  Result<std::optional<Case>> next() override {
    if (ordinal_ < suite_.cases.size()) {
      const auto& kase = suite_.cases[ordinal_++];
      if (check_ids_) ids_.add(kase.id);
      return std::optional(kase);
    }
    if (!data_ || ended_) return std::optional<Case>{};
    if (spec_->limit && records_ >= *spec_->limit) return end();
    auto next = data_->next();
    std::optional<datasets::Record> record;
    if (next) record = std::move(*next);
    if (next && !record) return end();
    ++records_;
    const auto ordinal = ordinal_++;
    if (!record) return next.error();
    auto kase = case_of(suite_, *spec_, std::move(*record));
    if (!kase) return kase.error();
    kase->ordinal = ordinal;
    if (auto error = check(*kase)) return std::move(*error);
    return std::optional(std::move(*kase));
  }

  std::optional<DigestBytes> dataset_digest() override {
    if (!data_ || !ended_) return std::nullopt;
    return data_->digest();
  }

 private:
  Result<std::optional<Case>> end() {
    ended_ = true;
    if (records_ > 0) return std::optional<Case>{};
    return Error{ErrorKind::selection, fmt::format("the data set {} has no record", text::in_quotes(spec_->shown)),
                 "add records, or name another file", spec_->at};
  }

  std::optional<Error> check(const Case& kase) {
    if (kase.checks.empty() && suite_.default_checks.empty()) {
      return Error{ErrorKind::invalid, fmt::format("case {} has no check", text::in_quotes(kase.id)),
                   "add checks to the record or to `defaults`; what nothing scores cannot pass", kase.at};
    }
    if (!check_ids_ || ids_.add(kase.id)) return std::nullopt;
    std::string where = "an earlier place";
    if (++repeats_ <= kLookedUp) {
      const auto first = first_use(kase.id);
      if (!first) return std::nullopt;
      where = to_string(*first);
    }
    return Error{ErrorKind::invalid, fmt::format("the case id {} is also at {}", text::in_quotes(kase.id), where),
                 "give every record an id of its own; without an id, equal records are one case", kase.at};
  }

  /// Where the id was used before the record at hand, found by reading again what came before it; nothing if it was
  /// not.
  [[nodiscard]] std::optional<Place> first_use(const std::string& id) const {
    for (const auto& kase : suite_.cases) {
      if (kase.id == id) return Place{suite_.at.file, kase.at.line, 0};
    }
    auto data = open_data(*spec_);
    if (!data) return std::nullopt;
    for (std::uint64_t i = 1; i < records_; ++i) {
      auto next = (*data)->next();
      if (!next) continue;
      auto& record = *next;
      if (!record) break;
      const auto kase = case_of(suite_, *spec_, std::move(*record));
      if (kase && kase->id == id) return Place{kase->at.file, kase->at.line, 0};
    }
    return std::nullopt;
  }

  const Suite& suite_;
  const DatasetSpec* spec_;
  std::unique_ptr<datasets::Cursor> data_;
  bool check_ids_;
  IdSet ids_;
  std::uint32_t ordinal_ = 0;
  std::uint64_t records_ = 0;
  std::uint64_t repeats_ = 0;
  bool ended_ = false;
};

}  // namespace

Result<std::unique_ptr<CaseCursor>> open_cases(const Suite& suite, Ids ids) {
  std::unique_ptr<datasets::Cursor> data;
  if (suite.dataset) {
    auto opened = open_data(*suite.dataset);
    if (!opened) {
      auto error = opened.error();
      if (error.at.line == 0) error.at = suite.dataset->at;
      return error;
    }
    data = std::move(*opened);
  }
  return std::unique_ptr<CaseCursor>(
      std::make_unique<SuiteCases>(suite, suite.dataset ? &*suite.dataset : nullptr, std::move(data), ids));
}

}  // namespace assay::suites
