#pragma once
/// A disk that fails when told to: SQLite's own layer for files, with faults put in front of writing and syncing.

#include <sqlite3.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <stdexcept>
#include <thread>

namespace assay::store {

/// The default layer of this process for as long as it lives; files must be opened after it was made, and closed before
/// it goes. One at a time.
class FaultyVfs {
 public:
  FaultyVfs() : real_(sqlite3_vfs_find(nullptr)), ours_(*real_) {
    if (here() != nullptr) throw std::logic_error("there is one faulty disk already");
    here() = this;
    ours_.zName = "faulty";
    ours_.xOpen = &open;
    sqlite3_vfs_register(&ours_, 1);
  }
  ~FaultyVfs() {
    sqlite3_vfs_unregister(&ours_);
    sqlite3_vfs_register(real_, 1);
    here() = nullptr;
  }
  FaultyVfs(const FaultyVfs&) = delete;
  FaultyVfs& operator=(const FaultyVfs&) = delete;

  /// What every write answers from now on: SQLITE_IOERR_WRITE, SQLITE_FULL, SQLITE_READONLY; SQLITE_OK: as it should.
  std::atomic<int> on_write = SQLITE_OK;
  /// How much longer every sync takes.
  std::atomic<std::chrono::milliseconds> sync_takes = std::chrono::milliseconds(0);

 private:
  static FaultyVfs*& here() {
    static FaultyVfs* vfs = nullptr;
    return vfs;
  }

  /// The functions of one kind of file: the database itself takes locks, its log does not.
  struct Functions {
    const sqlite3_io_methods* real = nullptr;
    sqlite3_io_methods faulty{};
  };

  static int open(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* out_flags) {
    FaultyVfs& vfs = *here();
    const int code = vfs.real_->xOpen(vfs.real_, name, file, flags, out_flags);
    if (file->pMethods == nullptr) return code;
    if ((flags & SQLITE_OPEN_MAIN_DB) != 0) {
      put_before<0>(vfs, file);
    } else {
      put_before<1>(vfs, file);
    }
    return code;
  }

  template <std::size_t kKind>
  static void put_before(FaultyVfs& vfs, sqlite3_file* file) {
    Functions& functions = vfs.functions_[kKind];
    if (functions.real == nullptr) {
      functions.real = file->pMethods;
      functions.faulty = *file->pMethods;
      functions.faulty.xWrite = &write<kKind>;
      functions.faulty.xSync = &sync<kKind>;
    }
    if (file->pMethods != functions.real) throw std::logic_error("a kind of file that the faulty disk does not know");
    file->pMethods = &functions.faulty;
  }

  template <std::size_t kKind>
  static int write(sqlite3_file* file, const void* bytes, int size, sqlite3_int64 at) {
    const int fault = here()->on_write;
    return fault != SQLITE_OK ? fault : here()->functions_[kKind].real->xWrite(file, bytes, size, at);
  }

  template <std::size_t kKind>
  static int sync(sqlite3_file* file, int flags) {
    std::this_thread::sleep_for(here()->sync_takes.load());
    return here()->functions_[kKind].real->xSync(file, flags);
  }

  sqlite3_vfs* real_;
  sqlite3_vfs ours_;
  Functions functions_[2];
};

}  // namespace assay::store
