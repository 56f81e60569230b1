#pragma once
/// How long bytes lie in the history: compressed where that makes them smaller, what bodies share only once.

#include "runner/store/sqlite.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>

struct ZSTD_CCtx_s;
struct ZSTD_DCtx_s;
struct ZSTD_CDict_s;
struct ZSTD_DDict_s;

namespace assay::store {

// The column `coding`: one of these, or, above them, the row of `dictionary` that a zstd frame needs.
inline constexpr std::int64_t kPlain = 0;
inline constexpr std::int64_t kZstd = 1;

inline constexpr std::size_t kLong = 1024;  ///< bytes from which on a body is worth compressing

/// What a suite's bodies are; those of one kind resemble each other.
enum class BodyKind : std::uint8_t { messages, raw, question };

struct Packed {
  std::int64_t coding = kPlain;
  std::string_view bytes;  ///< valid until the next `pack`; of a plain one as long as what was given
};

/// Compresses the bodies of one run. The first long body of a kind becomes the dictionary of all of its kind and suite:
/// a prompt that all cases share, or the framing of answers, is stored once. Not thread-safe.
class Packer {
 public:
  Packer(Database& database, std::int64_t run) : database_(&database), run_(run) {}

  /// May add a dictionary, within the caller's transaction. Errors: `store`.
  [[nodiscard]] Result<Packed> pack(std::uint32_t suite, BodyKind kind, std::string_view bytes);
  /// Without a dictionary.
  [[nodiscard]] Result<Packed> pack(std::string_view bytes);

 private:
  struct FreeContext {
    void operator()(ZSTD_CCtx_s* context) const;
  };
  struct FreeDictionary {
    void operator()(ZSTD_CDict_s* dictionary) const;
  };
  struct Dictionary {
    std::int64_t id = 0;
    std::string bytes;  // `digested` refers to it
    std::unique_ptr<ZSTD_CDict_s, FreeDictionary> digested;
  };
  void make_room(std::size_t size);
  [[nodiscard]] Result<const Dictionary*> dictionary(std::uint32_t suite, BodyKind kind, std::string_view first);
  [[nodiscard]] Result<bool> load(std::uint32_t suite, BodyKind kind, Dictionary& to);
  [[nodiscard]] Result<void> add(std::uint32_t suite, BodyKind kind, Dictionary& dictionary);

  Database* database_;
  std::int64_t run_;
  std::map<std::pair<std::uint32_t, BodyKind>, Dictionary> dictionaries_;
  std::unique_ptr<ZSTD_CCtx_s, FreeContext> context_;
  std::string frame_;
};

/// Reads what a Packer wrote. Not thread-safe.
class Unpacker {
 public:
  explicit Unpacker(Database& database) : database_(&database) {}

  /// Valid until the next call, and no longer than `bytes`. Errors: `store` for what is damaged.
  [[nodiscard]] Result<std::string_view> unpack(std::int64_t coding, std::string_view bytes);

 private:
  struct FreeContext {
    void operator()(ZSTD_DCtx_s* context) const;
  };
  struct FreeDictionary {
    void operator()(ZSTD_DDict_s* dictionary) const;
  };
  using Dictionary = std::unique_ptr<ZSTD_DDict_s, FreeDictionary>;
  [[nodiscard]] Result<const ZSTD_DDict_s*> dictionary(std::int64_t id);

  Database* database_;
  std::map<std::int64_t, Dictionary> dictionaries_;
  std::unique_ptr<ZSTD_DCtx_s, FreeContext> context_;
  std::string plain_;
};

}  // namespace assay::store
