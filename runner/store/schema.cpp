#include "runner/store/schema.hpp"

#include "runner/store/migrations.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <thread>

namespace assay::store {
namespace {

constexpr std::int64_t kApplicationId = 0x41535359;  // "ASSY"

std::string written_by(Database& database) {
  auto query = database.prepare("SELECT version FROM run ORDER BY id DESC LIMIT 1");
  if (!query) return {};
  auto found = query->row();
  return found && *found ? fmt::format(" (Assay {})", query->text(0)) : "";
}

/// Reads only: a file that is not ours must stay as it is.
Result<void> check_ours(Database& database) {
  auto tables = database.integer("SELECT count(*) FROM sqlite_master");
  if (!tables) return tables.error();
  auto application = database.integer("PRAGMA application_id");
  if (!application) return application.error();
  auto version = database.integer("PRAGMA user_version");
  if (!version) return version.error();
  const std::string file = database.file().string();
  if (*tables == 0 && *application == 0 && *version == 0) return {};
  if (*application != kApplicationId) {
    return Error{ErrorKind::store, fmt::format("{} is a database of another program", file),
                 "name another file with --store; this one is left as it is"};
  }
  if (*version > schema_version()) {
    return Error{ErrorKind::store,
                 fmt::format("{} was written by a newer Assay{}: its schema is {}, this version knows {}", file,
                             written_by(database), *version, schema_version()),
                 "use that version, or name another file with --store"};
  }
  if (*version < kFirstVersion) {
    return Error{ErrorKind::store,
                 fmt::format("{} was written by a version of Assay from before its first release: its schema is {}, "
                             "this version reads {} and later",
                             file, *version, kFirstVersion),
                 "name another file with --store, or delete this one"};
  }
  return {};
}

/// Changing the journal mode does not wait for locks, so that two processes that create one file would collide.
Result<void> use_wal(Database& database) {
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  for (;;) {
    auto done = database.execute("PRAGMA journal_mode=WAL");
    if (done || !database.was_busy() || std::chrono::steady_clock::now() > until) return done;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
}

Result<void> migrate(Database& database) {
  auto version = database.integer("PRAGMA user_version");
  if (!version) return version.error();
  if (*version == schema_version()) return {};
  auto transaction = Transaction::begin(database);
  if (!transaction) return transaction.error();
  version = database.integer("PRAGMA user_version");  // another process may have been faster
  if (!version) return version.error();
  for (int next = std::max<int>(static_cast<int>(*version) + 1, kFirstVersion); next <= schema_version(); ++next) {
    auto done = database.execute(migrations()[static_cast<std::size_t>(next - kFirstVersion)]);
    if (!done) return done;
  }
  const auto stamp = fmt::format("PRAGMA application_id={}; PRAGMA user_version={}", kApplicationId, schema_version());
  auto stamped = database.execute(stamp.c_str());
  if (!stamped) return stamped;
  return transaction->commit();
}

}  // namespace

int schema_version() {
  return kFirstVersion + static_cast<int>(migrations().size()) - 1;
}

Result<Database> open_to_read(const std::filesystem::path& file) {
  auto database = Database::open(file, Database::Mode::reading);
  if (!database) return database;
  auto ours = check_ours(*database);
  if (!ours) return ours.error();
  return database;
}

Result<Database> open_history(const std::filesystem::path& file, Database::Mode mode) {
  auto database = Database::open(file, mode);
  if (!database) return database;
  for (auto* step : {&check_ours, &use_wal, &migrate}) {
    auto done = step(*database);
    if (!done) return done.error();
  }
  auto set = database->execute(
      "PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON; PRAGMA cache_size=-8000; PRAGMA wal_autocheckpoint=4000");
  if (!set) return set.error();
  return database;
}

}  // namespace assay::store
