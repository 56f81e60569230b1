#include "runner/stub/script.hpp"

#include <assay/core/json.hpp>
#include <assay/text/reader.hpp>
#include <assay/text/utf8.hpp>

#include <filesystem>
#include <fstream>

namespace assay::stub {

namespace {

using text::MapReader;
using text::Node;

constexpr std::size_t kMaxFile = 256u << 20;
constexpr std::size_t kMaxLine = 8u << 20;

/// How records become entries.
struct TableSpec {
  text::Template match;
  text::Template answer;
  std::vector<std::pair<std::string, std::string>> where;
};

std::string as_text(const Json& value) {
  return value.is_string() ? value.get<std::string>() : dump_json(value);
}

bool selected(const Json& fields, const TableSpec& spec) {
  for (const auto& [key, wanted] : spec.where) {
    const auto found = fields.find(key);
    if (found == fields.end() || as_text(*found) != wanted) return false;
  }
  return true;
}

void add_record(const Json& fields, std::uint64_t row, const Place& at, const TableSpec& spec, AnswerTable& table,
                Diagnostics& diagnostics) {
  if (!fields.is_object()) {
    diagnostics.error(at, "the record is not an object", "one object a line: {\"question\": …, \"answer\": …}");
    return;
  }
  if (!selected(fields, spec)) return;
  const std::string id = "record " + std::to_string(row);
  const Scope scope{.vars = fields, .id = id, .row = row};
  auto key = spec.match.render(scope);
  auto answer = spec.answer.render(scope);
  for (const auto* rendered : {&key, &answer}) {
    if (*rendered) continue;
    Error error = rendered->error();
    error.at = at;
    diagnostics.error(error);
    return;
  }
  const auto [entry, fresh] = table.try_emplace(std::string(text::trim(*key)), *answer);
  if (!fresh && entry->second != *answer) {
    diagnostics.error(at, "two records match '" + text::excerpt(*key) + "' and differ in their answers",
                      "keep one of them, or narrow the table with 'where'");
  }
}

void read_jsonl(const std::filesystem::path& file, const TableSpec& spec, AnswerTable& table,
                Diagnostics& diagnostics) {
  std::ifstream in(file, std::ios::binary);
  std::string line;
  Place at{.file = file.string(), .line = 0, .column = 1};
  std::uint64_t row = 0;
  while (std::getline(in, line) && diagnostics.error_count() < Diagnostics::kMax) {
    if (++at.line == 1 && line.starts_with("\xEF\xBB\xBF")) line.erase(0, 3);
    if (text::trim(line).empty()) continue;
    if (line.size() > kMaxLine) {
      diagnostics.error(at, "the line is longer than 8 MiB");
      continue;
    }
    auto record = parse_json(line);
    ++row;
    if (record) {
      add_record(*record, row, at, spec, table, diagnostics);
      continue;
    }
    Error error = record.error();
    error.kind = ErrorKind::invalid;
    error.at = {.file = at.file, .line = at.line, .column = error.at.column};
    diagnostics.error(error);
  }
}

/// YAML, and JSON as the YAML that it is.
void read_list(const std::filesystem::path& file, const TableSpec& spec, AnswerTable& table, Diagnostics& diagnostics) {
  const auto document = text::load_yaml(file);
  if (!document) {
    diagnostics.error(document.error());
    return;
  }
  if (!document->is_seq()) {
    diagnostics.error(document->place(), "the file is not a list of records");
    return;
  }
  std::uint64_t row = 0;
  for (const Node& item : document->items) {
    add_record(text::to_json(item), ++row, item.place(), spec, table, diagnostics);
  }
}

std::optional<text::Template> read_record_template(MapReader& reader, const char* key, const char* example,
                                                   Diagnostics& diagnostics) {
  const Node* node = reader.require(key, example);
  const auto source = reader.string(key);
  if (!source) return std::nullopt;
  auto parsed = text::Template::parse(*source);
  if (parsed) return *parsed;
  Error error = parsed.error();
  error.at = node->place();
  diagnostics.error(error);
  return std::nullopt;
}

void read_records(const std::filesystem::path& file, const Place& at, const TableSpec& spec, AnswerTable& table,
                  Diagnostics& diagnostics) {
  std::error_code failed;
  const auto size = std::filesystem::file_size(file, failed);
  const std::string ending = file.extension().string();
  if (failed) {
    diagnostics.error(at, "cannot read '" + file.string() + "': " + failed.message(),
                      "the path is relative to the script");
  } else if (size > kMaxFile) {
    diagnostics.error(at, "'" + file.string() + "' is larger than 256 MiB");
  } else if (ending == ".jsonl" || ending == ".ndjson") {
    read_jsonl(file, spec, table, diagnostics);
  } else if (ending == ".json" || ending == ".yaml" || ending == ".yml") {
    read_list(file, spec, table, diagnostics);
  } else {
    diagnostics.error(at, "the stub reads no '" + ending + "' files", "use .jsonl, .json or .yaml");
  }
}

}  // namespace

std::shared_ptr<const AnswerTable> read_answer_table(const Node& node, Diagnostics& diagnostics) {
  const std::size_t before = diagnostics.error_count();
  MapReader reader(node, "'answers_from'", diagnostics);
  const Node* place = reader.require("file", "file: ../data/support.jsonl");
  const auto name = reader.string("file");
  auto match = read_record_template(reader, "match", "match: \"{{question}}\"", diagnostics);
  auto answer = read_record_template(reader, "answer", "answer: \"{{answer}}\"", diagnostics);
  auto where = reader.string_map("where");
  reader.finish();
  if (diagnostics.error_count() != before || !name || !match || !answer) return nullptr;

  const std::filesystem::path script = node.file ? std::filesystem::path(*node.file) : std::filesystem::path();
  const TableSpec spec{.match = *match, .answer = *answer, .where = std::move(where)};
  auto table = std::make_shared<AnswerTable>();
  read_records(script.parent_path() / *name, place->place(), spec, *table, diagnostics);
  if (diagnostics.error_count() != before) return nullptr;
  if (table->empty()) diagnostics.error(place->place(), "no record is left to answer from", "check file and 'where'");
  return table;
}

}  // namespace assay::stub
