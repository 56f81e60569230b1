#include "suites/record_case.hpp"

#include <assay/core/digest.hpp>
#include <assay/text/utf8.hpp>

#include <fmt/format.h>

#include <cstring>
#include <unordered_map>

namespace assay::suites {

namespace {

/// Where each id was first used. Keeps 16 bytes of an id's digest, not the id: a data set may have millions.
class IdIndex {
 public:
  /// The line of the first use; nothing if `id` is new. Inline cases have lines of the suite file.
  struct First {
    std::uint32_t line = 0;
    bool is_inline = false;
  };

  std::optional<First> add(std::string_view id, First first) {
    const auto digest = sha256(id);
    Key key;
    std::memcpy(&key, digest.data(), sizeof(key));
    const auto [at, fresh] = seen_.try_emplace(key, first);
    if (fresh) return std::nullopt;
    return at->second;
  }

 private:
  struct Key {
    std::uint64_t high = 0;
    std::uint64_t low = 0;
    friend bool operator==(const Key&, const Key&) = default;
  };
  struct Hash {
    std::size_t operator()(const Key& key) const { return key.high; }
  };

  std::unordered_map<Key, First, Hash> seen_;
};

class SuiteCases final : public CaseCursor {
 public:
  /// `data` and `spec` are both there or both null.
  SuiteCases(const Suite& suite, const DatasetSpec* spec, std::unique_ptr<datasets::Cursor> data)
      : suite_(suite), spec_(spec), data_(std::move(data)) {}

  Result<std::optional<Case>> next() override {
    if (ordinal_ < suite_.cases.size()) {
      const auto& kase = suite_.cases[ordinal_++];
      if (data_) ids_.add(kase.id, {static_cast<std::uint32_t>(kase.at.line), true});
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
    const auto first = ids_.add(kase.id, {static_cast<std::uint32_t>(kase.at.line), false});
    if (!first) return std::nullopt;
    const auto& file = first->is_inline ? suite_.at.file : kase.at.file;
    return Error{ErrorKind::invalid,
                 fmt::format("the case id {} is also at {}", text::in_quotes(kase.id),
                             to_string(Place{file, static_cast<int>(first->line), 0})),
                 "give every record an id of its own; without an id, equal records are one case", kase.at};
  }

  const Suite& suite_;
  const DatasetSpec* spec_;
  std::unique_ptr<datasets::Cursor> data_;
  IdIndex ids_;
  std::uint32_t ordinal_ = 0;
  std::uint64_t records_ = 0;
  bool ended_ = false;
};

}  // namespace

Result<std::unique_ptr<CaseCursor>> open_cases(const Suite& suite) {
  std::unique_ptr<datasets::Cursor> data;
  if (suite.dataset) {
    auto opened = datasets::open(suite.dataset->file, {.delimiter = suite.dataset->delimiter});
    if (!opened) {
      auto error = opened.error();
      if (error.at.line == 0) error.at = suite.dataset->at;
      return error;
    }
    data = std::move(*opened);
  }
  return std::unique_ptr<CaseCursor>(
      std::make_unique<SuiteCases>(suite, suite.dataset ? &*suite.dataset : nullptr, std::move(data)));
}

}  // namespace assay::suites
