#include "runner/store/baselines.hpp"
#include "runner/store/chain.hpp"
#include "runner/store/schema.hpp"
#include "runner/store/whole_run.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

namespace assay::store {
namespace {

Error cannot_write(const std::filesystem::path& file, int code) {
  return {ErrorKind::store,
          fmt::format("{} cannot be written ({})", file.string(), std::generic_category().message(code)),
          "check the permissions of the folder and the space on its disk, or name another file"};
}

/// An empty file beside another one, removed in the end unless it was put in that one's place.
class Scratch {
 public:
  static Result<Scratch> beside(const std::filesystem::path& target) {
    std::error_code code;
    if (target.has_parent_path()) std::filesystem::create_directories(target.parent_path(), code);
    std::string name = target.string() + ".XXXXXX";
    const int descriptor = ::mkostemp(name.data(), O_CLOEXEC);
    if (descriptor < 0) return cannot_write(target, errno);
    ::fchmod(descriptor, 0644);
    ::close(descriptor);
    return Scratch(std::move(name));
  }
  Scratch(Scratch&& other) noexcept : file_(std::exchange(other.file_, {})) {}
  Scratch& operator=(Scratch&&) = delete;
  ~Scratch() {
    if (file_.empty()) return;
    for (const char* ending : {"", "-wal", "-shm", "-journal"}) ::unlink((file_.string() + ending).c_str());
  }

  [[nodiscard]] const std::filesystem::path& file() const { return file_; }

  /// Whole, or not at all.
  Result<void> rename_to(const std::filesystem::path& target) {
    const int descriptor = ::open(file_.c_str(), O_RDONLY | O_CLOEXEC);
    const bool synced = descriptor >= 0 && ::fsync(descriptor) == 0;
    const int why = errno;
    if (descriptor >= 0) ::close(descriptor);
    if (!synced) return cannot_write(target, why);
    if (::rename(file_.c_str(), target.c_str()) != 0) return cannot_write(target, errno);
    file_.clear();
    return {};
  }

 private:
  explicit Scratch(std::filesystem::path file) : file_(std::move(file)) {}
  std::filesystem::path file_;
};

Error no_series(Database& database, const std::string& name) {
  std::string there;
  if (const auto all = load_baselines(database, std::nullopt)) {
    for (const BaselineRow& row : *all) {
      if (!there.ends_with(row.name)) there += (there.empty() ? "" : ", ") + row.name;
    }
  }
  return {ErrorKind::not_found, fmt::format("there is no baseline '{}' in {}", name, database.file().string()),
          there.empty() ? "`assay baseline set NAME RUN` makes one" : "there are: " + there};
}

/// Into a file that nobody else sees, so that nothing has to be safe before all of it is.
Result<void> fill(Database& from, const std::string& name, std::uint64_t runs, const std::filesystem::path& file) {
  auto to = open_history(file, Database::Mode::create);
  if (!to) return to.error();
  auto done = to->execute("PRAGMA journal_mode=DELETE; PRAGMA synchronous=OFF");
  if (!done) return done;
  auto snapshot = Transaction::snapshot(from);
  if (!snapshot) return snapshot.error();
  auto transaction = Transaction::begin(*to);
  if (!transaction) return transaction.error();
  auto rows = bring_baselines(from, name, runs, *to);
  if (!rows) return rows.error();
  if (rows->empty()) return no_series(from, name);
  return transaction->commit();
}

/// A copy of what is to be taken in: the file stays as it is, and may lie where nothing can be written.
Result<void> copy_history(const std::filesystem::path& file, const std::filesystem::path& copy) {
  auto source = open_to_read(file);
  if (!source) return source.error();
  auto vacuum = source->prepare("VACUUM INTO ?");
  if (!vacuum) return vacuum.error();
  const std::string name = copy.string();
  return vacuum->with(std::string_view(name)).run();
}

Error damaged(const std::filesystem::path& file, std::string_view what) {
  return {ErrorKind::store, fmt::format("{} is damaged: {}", file.string(), what),
          "export it again; nothing was taken from it"};
}

/// `copy` is what was read from `file`.
Result<void> check_sound(Database& copy, const std::filesystem::path& file) {
  auto check = copy.prepare("PRAGMA quick_check(1)");
  if (!check) return check.error();
  auto more = check->row();
  if (!more) return more.error();
  if (!*more || check->text(0) != "ok") return damaged(file, *more ? check->text(0) : "it cannot be checked");
  check->reset();
  auto faults = find_faults(copy);
  if (!faults) return faults.error();
  if (faults->empty()) return {};
  const ChainFault& first = faults->front();
  return damaged(file, first.run.empty() ? first.what : fmt::format("run {}: {}", first.run, first.what));
}

}  // namespace

Result<void> write_baseline_file(Database& database, const std::string& name, std::uint64_t runs,
                                 const std::filesystem::path& file) {
  std::error_code code;
  if (std::filesystem::exists(file, code)) {
    return Error{ErrorKind::usage, fmt::format("{} is there already", file.string()),
                 "name another file, or delete this one"};
  }
  auto scratch = Scratch::beside(file);
  if (!scratch) return scratch.error();
  auto done = fill(database, name, runs, scratch->file());
  if (!done) return done;
  return scratch->rename_to(file);
}

Result<std::vector<BaselineRow>> read_baseline_file(Database& database, const std::filesystem::path& file) {
  std::error_code code;
  if (!std::filesystem::exists(file, code)) {
    return Error{ErrorKind::not_found, fmt::format("there is no file {}", file.string()),
                 "`assay baseline export NAME -o FILE` makes one"};
  }
  auto scratch = Scratch::beside(database.file());
  if (!scratch) return scratch.error();
  auto done = copy_history(file, scratch->file());
  if (!done) return done.error();
  auto from = open_history(scratch->file(), Database::Mode::existing);
  if (!from) return from.error();
  if (done = check_sound(*from, file); !done) return done.error();
  auto transaction = Transaction::begin(database);
  if (!transaction) return transaction.error();
  auto rows = bring_baselines(*from, std::nullopt, UINT64_MAX, database);
  if (!rows) return rows;
  if (rows->empty()) {
    return Error{ErrorKind::usage, fmt::format("{} holds no baseline", file.string()),
                 "`assay baseline export NAME -o FILE` makes a file that does"};
  }
  if (done = transaction->commit(); !done) return done.error();
  std::reverse(rows->begin(), rows->end());  // by name, the newest first
  return rows;
}

}  // namespace assay::store
