#include "runner/store/bodies.hpp"

#include <zstd.h>

#include <algorithm>
#include <new>

namespace assay::store {
namespace {

constexpr std::size_t kMostBody = std::size_t{256} << 20;
constexpr std::size_t kMostDictionary = std::size_t{64} << 10;
constexpr std::size_t kMostKept = std::size_t{4} << 20;  // of a buffer; one huge answer is not paid for until the end
constexpr int kLevel = 1;
constexpr std::string_view kTables = "\x37\xA4\x30\xEC";  // what starts so, zstd takes for a dictionary with tables

Error damaged() {
  return {ErrorKind::store, "a stored body cannot be read: the history file is damaged",
          "restore it from a copy, or name another file with --store"};
}

template <class Pointer>
Pointer made(Pointer pointer) {
  if (pointer == nullptr) throw std::bad_alloc();
  return pointer;
}

}  // namespace

void Packer::FreeContext::operator()(ZSTD_CCtx_s* context) const {
  ZSTD_freeCCtx(context);
}
void Packer::FreeDictionary::operator()(ZSTD_CDict_s* dictionary) const {
  ZSTD_freeCDict(dictionary);
}
void Unpacker::FreeContext::operator()(ZSTD_DCtx_s* context) const {
  ZSTD_freeDCtx(context);
}
void Unpacker::FreeDictionary::operator()(ZSTD_DDict_s* dictionary) const {
  ZSTD_freeDDict(dictionary);
}

void Packer::make_room(std::size_t size) {
  if (!context_) context_.reset(made(ZSTD_createCCtx()));
  if (frame_.size() > kMostKept) frame_ = {};
  if (frame_.size() < ZSTD_compressBound(size)) frame_.resize(ZSTD_compressBound(size));
}

Result<Packed> Packer::pack(std::string_view bytes) {
  if (bytes.size() < kLong || bytes.size() > kMostBody) return Packed{kPlain, bytes};
  make_room(bytes.size());
  const std::size_t size =
      ZSTD_compressCCtx(context_.get(), frame_.data(), frame_.size(), bytes.data(), bytes.size(), kLevel);
  if (ZSTD_isError(size) != 0 || size >= bytes.size()) return Packed{kPlain, bytes};
  return Packed{kZstd, std::string_view(frame_).substr(0, size)};
}

Result<Packed> Packer::pack(std::uint32_t suite, BodyKind kind, std::string_view bytes) {
  if (bytes.size() < kLong || bytes.size() > kMostBody) return Packed{kPlain, bytes};
  auto shared = dictionary(suite, kind, bytes);
  if (!shared) return shared.error();
  if (*shared == nullptr) return pack(bytes);
  make_room(bytes.size());
  const std::size_t size = ZSTD_compress_usingCDict(context_.get(), frame_.data(), frame_.size(), bytes.data(),
                                                    bytes.size(), (*shared)->digested.get());
  if (ZSTD_isError(size) != 0 || size >= bytes.size()) return Packed{kPlain, bytes};
  return Packed{(*shared)->id, std::string_view(frame_).substr(0, size)};
}

Result<const Packer::Dictionary*> Packer::dictionary(std::uint32_t suite, BodyKind kind, std::string_view first) {
  const auto [found, fresh] = dictionaries_.try_emplace({suite, kind});
  Dictionary& dictionary = found->second;
  if (dictionary.digested != nullptr) return &dictionary;
  if (!fresh) return nullptr;
  auto loaded = load(suite, kind, dictionary);
  if (!loaded) return loaded.error();
  if (!*loaded) {
    if (first.starts_with(kTables)) return nullptr;
    dictionary.bytes = first.substr(0, kMostDictionary);
    auto added = add(suite, kind, dictionary);
    if (!added) return added.error();
  }
  dictionary.digested.reset(made(ZSTD_createCDict(dictionary.bytes.data(), dictionary.bytes.size(), kLevel)));
  return &dictionary;
}

// Made by an earlier process of this run.
Result<bool> Packer::load(std::uint32_t suite, BodyKind kind, Dictionary& to) {
  auto query = database_->prepare("SELECT id, bytes FROM dictionary WHERE run=? AND suite=? AND kind=?");
  if (!query) return query.error();
  auto more = query->with(run_, suite, static_cast<int>(kind)).row();
  if (!more || !*more) return more;
  to.id = query->integer(0);
  Unpacker unpacker(*database_);
  auto bytes = unpacker.unpack(kZstd, query->bytes(1));
  if (!bytes) return bytes.error();
  to.bytes = *bytes;
  return true;
}

Result<void> Packer::add(std::uint32_t suite, BodyKind kind, Dictionary& dictionary) {
  make_room(dictionary.bytes.size());
  const std::size_t size = ZSTD_compressCCtx(context_.get(), frame_.data(), frame_.size(), dictionary.bytes.data(),
                                             dictionary.bytes.size(), kLevel);
  auto insert = database_->prepare(
      "INSERT INTO dictionary (id, run, suite, kind, bytes) "
      "SELECT coalesce(max(id), ?1) + 1, ?2, ?3, ?4, ?5 FROM dictionary");
  if (!insert) return insert.error();
  auto done =
      insert->with(kZstd, run_, suite, static_cast<int>(kind), Blob{std::string_view(frame_).substr(0, size)}).run();
  if (!done) return done;
  dictionary.id = database_->last_rowid();
  return {};
}

Result<std::string_view> Unpacker::unpack(std::int64_t coding, std::string_view bytes) {
  if (coding == kPlain) return bytes;
  const unsigned long long size = ZSTD_getFrameContentSize(bytes.data(), bytes.size());
  if (size > kMostBody) return damaged();  // what is unknown, or no frame, is greater still
  if (!context_) context_.reset(made(ZSTD_createDCtx()));
  if (plain_.size() > kMostKept) plain_ = {};
  if (plain_.size() < size) plain_.resize(size);
  std::size_t got = 0;
  if (coding == kZstd) {
    got = ZSTD_decompressDCtx(context_.get(), plain_.data(), size, bytes.data(), bytes.size());
  } else {
    auto shared = dictionary(coding);
    if (!shared) return shared.error();
    got = ZSTD_decompress_usingDDict(context_.get(), plain_.data(), size, bytes.data(), bytes.size(), *shared);
  }
  if (got != size) return damaged();
  return std::string_view(plain_).substr(0, size);
}

Result<const ZSTD_DDict_s*> Unpacker::dictionary(std::int64_t id) {
  Dictionary& known = dictionaries_[id];
  if (known != nullptr) return known.get();
  auto query = database_->prepare("SELECT bytes FROM dictionary WHERE id=?");
  if (!query) return query.error();
  auto more = query->with(id).row();
  if (!more) return more.error();
  if (!*more) return damaged();
  Unpacker unpacker(*database_);
  auto bytes = unpacker.unpack(kZstd, query->bytes(0));
  if (!bytes) return bytes.error();
  known.reset(made(ZSTD_createDDict(bytes->data(), bytes->size())));
  return known.get();
}

}  // namespace assay::store
