#include "runner/cassette/key.hpp"
#include "runner/cassette/lines.hpp"

#include <assay/cassette/cassette.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <tuple>

namespace assay::cassette {
namespace {

constexpr std::size_t kChunk = 1U << 20U;

/// A line in the heap. Names that repeat are kept once: suites and calls by number, a case's as long as its calls
/// follow each other.
struct Row {
  std::uint64_t offset = 0;
  std::uint64_t key = 0;
  std::uint64_t case_at = 0;
  std::uint32_t case_size = 0;
  std::uint32_t length = 0;  ///< with the line end
  std::uint32_t sample = 0;
  std::uint32_t suite = 0;
  std::uint32_t call = 0;
  bool added = false;  ///< not from an older cassette
};

class Names {
 public:
  std::uint32_t number(const std::string& name) {
    const auto [at, fresh] = numbers_.try_emplace(name, static_cast<std::uint32_t>(names_.size()));
    if (fresh) names_.push_back(&at->first);
    return at->second;
  }
  [[nodiscard]] const std::string& operator[](std::uint32_t number) const { return *names_[number]; }

 private:
  std::map<std::string, std::uint32_t> numbers_;
  std::vector<const std::string*> names_;
};

/// Lines go to a heap without a name as they come; `commit` copies them in order into the file.
class ToFile final : public Recorder {
 public:
  ToFile(std::filesystem::path target, TemporaryFile heap) : target_(std::move(target)), heap_(std::move(heap)) {}

  Result<void> add(const Peer& peer, const Call& call) override {
    if (is_no_answer(call.step)) return {};
    const std::string key = key_of(peer, request_of(call), call.sample);
    auto line = encode_line(peer, call, key);
    if (!line) return line.error();
    if (line->size() > kMaxLine) {
      return Error{ErrorKind::store,
                   fmt::format("the answer of {}/{} is too long for {}", call.suite, call.case_id, target_.string()),
                   "leave the case out of the recording"};
    }
    note({key, call.suite, call.case_id, call.step.name, call.sample}, line->size(), true);
    return heap_.append(*line);
  }

  Result<void> keep(const std::filesystem::path& older) override {
    auto file = InFile::open(older);
    if (!file) return file.error();
    return for_each_call(*file, [&](const Head& head, const Spot& spot) -> Result<void> {
      note(head, spot.length + 1, false);
      std::string chunk;
      for (std::uint32_t done = 0; done < spot.length;) {
        chunk.resize(std::min<std::size_t>(spot.length - done, kChunk));
        auto got = file->read(spot.offset + done, chunk);
        if (!got) return got.error();
        if (auto kept = heap_.append(std::string_view(chunk).substr(0, *got)); !kept) return kept;
        if (*got != chunk.size())
          return Error{ErrorKind::invalid, file->name() + " has become shorter while it was read"};
        done += static_cast<std::uint32_t>(*got);
      }
      return heap_.append("\n");
    });
  }

  Result<void> commit() override {
    sort();
    auto file = TemporaryFile::create(target_);
    if (!file) return file.error();
    auto done = file->append(header_line());
    for (std::size_t i = 0; i < rows_.size() && done; ++i) {
      if (i + 1 < rows_.size() && same_call(rows_[i], rows_[i + 1])) continue;  // the last one is the newest
      done = copy(rows_[i], *file);
    }
    return done ? file->rename() : done;
  }

 private:
  /// What only says that nobody was asked would be replayed as a failure of the endpoint.
  static bool is_no_answer(const Step& step) {
    const auto* error = std::get_if<Error>(&step.result);
    return error != nullptr && (error->kind == ErrorKind::cancelled || error->kind == ErrorKind::budget ||
                                error->kind == ErrorKind::replay_miss);
  }

  void note(const Head& head, std::size_t length, bool added) {
    if (rows_.empty() || case_of(rows_.back()) != head.case_id) {
      case_at_ = cases_.size();
      cases_ += head.case_id;
    }
    rows_.push_back({heap_.size(), short_key(head.key), case_at_, static_cast<std::uint32_t>(head.case_id.size()),
                     static_cast<std::uint32_t>(length), head.sample, suites_.number(head.suite),
                     calls_.number(head.call), added});
  }

  [[nodiscard]] std::string_view case_of(const Row& row) const {
    return std::string_view(cases_).substr(row.case_at, row.case_size);
  }

  void sort() {
    std::sort(rows_.begin(), rows_.end(), [this](const Row& a, const Row& b) {
      if (a.suite != b.suite) return suites_[a.suite] < suites_[b.suite];
      if (const int order = case_of(a).compare(case_of(b)); order != 0) return order < 0;
      if (a.sample != b.sample) return a.sample < b.sample;
      if (a.call != b.call) return calls_[a.call] < calls_[b.call];
      return std::tie(a.key, a.added, a.offset) < std::tie(b.key, b.added, b.offset);
    });
  }

  [[nodiscard]] bool same_call(const Row& a, const Row& b) const {
    return a.key == b.key && a.suite == b.suite && a.call == b.call && a.sample == b.sample && case_of(a) == case_of(b);
  }

  Result<void> copy(const Row& row, TemporaryFile& file) {
    for (std::uint32_t done = 0; done < row.length;) {
      chunk_.resize(std::min<std::size_t>(row.length - done, kChunk));
      if (auto read = heap_.read(row.offset + done, chunk_); !read) return read;
      if (auto written = file.append(chunk_); !written) return written;
      done += static_cast<std::uint32_t>(chunk_.size());
    }
    return {};
  }

  std::filesystem::path target_;
  TemporaryFile heap_;
  std::vector<Row> rows_;
  std::string cases_;
  std::uint64_t case_at_ = 0;
  Names suites_;
  Names calls_;
  std::string chunk_;
};

// Only a cassette may be replaced by one: a history, a suite or a device is not to vanish for a slip of the hand.
Result<void> may_be_replaced(const std::filesystem::path& path) {
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored) || std::filesystem::is_directory(path, ignored)) return {};
  const Error refused{ErrorKind::invalid,
                      fmt::format("{} is there already, and is no cassette that could be replaced", path.string()),
                      "name another file, or remove this one first"};
  if (!std::filesystem::is_regular_file(path, ignored)) return refused;
  const auto file = InFile::open(path);
  if (!file) return file.error();
  return file->size() == 0 || check_first_line(*file) ? Result<void>() : refused;
}

}  // namespace

Result<std::unique_ptr<Recorder>> Recorder::create(const std::filesystem::path& file) {
  if (auto may = may_be_replaced(file); !may) return may.error();
  auto heap = TemporaryFile::create(file);
  if (!heap) return heap.error();
  heap->hide();
  return std::unique_ptr<Recorder>(std::make_unique<ToFile>(file, std::move(*heap)));
}

}  // namespace assay::cassette
