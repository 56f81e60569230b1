#include "runner/store/case_reader.hpp"

#include "runner/store/codec.hpp"

namespace assay::store {
namespace {

constexpr std::string_view kCase =
    "SELECT u.id, c.id, c.digest, c.tags, b.coding, b.vars, b.messages FROM case_ AS c "
    "JOIN suite AS u ON u.run=c.run AND u.suite=c.suite JOIN case_body AS b ON b.id=c.body "
    "WHERE c.run=? AND c.suite=? AND c.ordinal=?";

Error damaged(const char* what) {
  return {ErrorKind::store, std::string(what) + ": the history file is damaged",
          "restore it from a copy, or name another file with --store"};
}

}  // namespace

Result<CaseReader> CaseReader::make(Database& database, std::int64_t run) {
  CaseReader reader(database, run);
  auto prepared = database.prepare(kCase);
  if (!prepared) return prepared.error();
  reader.query_ = std::move(*prepared);
  return reader;
}

Result<StoredCase> CaseReader::read(std::uint32_t suite, std::uint32_t ordinal) {
  auto more = query_.with(run_, suite, ordinal).row();
  if (!more) return more.error();
  if (!*more) return damaged("a sample has no case");
  auto kase = read_row();
  query_.reset();
  return kase;
}

Result<StoredCase> CaseReader::read_row() {
  StoredCase kase{query_.string(0), query_.string(1), query_.string(2), decode_tags(query_.text(3)), {}, {}};
  const auto coding = query_.integer(4);
  auto bytes = bodies_.unpack(coding, query_.bytes(6));
  if (!bytes) return bytes.error();
  std::string_view vars;
  if (coding == kPlain) {
    vars = query_.text(5);
  } else {
    const auto size = static_cast<std::uint64_t>(query_.integer(5));
    if (size > bytes->size()) return damaged("a case cannot be read");
    vars = bytes->substr(0, size);
    bytes->remove_prefix(size);
  }
  auto json = parse_json(vars);
  if (!json) return damaged("a case's vars cannot be read");
  kase.vars = std::move(*json);
  auto messages = decode_messages(*bytes);
  if (!messages) return messages.error();
  kase.messages = std::move(*messages);
  return kase;
}

}  // namespace assay::store
