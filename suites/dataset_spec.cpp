#include "suites/reading.hpp"

#include <assay/datasets/cursor.hpp>
#include <assay/text/utf8.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace assay::suites {

namespace {

const std::vector<std::string> kParsers{"json", "list", "number"};

void read_file(text::MapReader& reader, const std::filesystem::path& file, DatasetSpec& spec) {
  static_cast<void>(reader.require("file", "../data/support.csv"));
  if (auto named = reader.string("file")) {
    spec.shown = std::move(*named);
    spec.file = resolve(file, spec.shown);
  }
}

void read_id(text::MapReader& reader, DatasetSpec& spec) {
  const auto* node = reader.get("id");
  if (node == nullptr || !reader.string("id")) return;
  auto parsed = text::Template::parse(*node);
  if (!parsed) {
    reader.diagnostics().error(parsed.error());
  } else if (parsed->constant()) {
    reader.diagnostics().error(
        node->place(),
        fmt::format("the id {} names no field, so every case would have it", text::in_quotes(node->scalar)),
        fmt::format("write id: \"{{{{{}}}}}\"", text::excerpt(node->scalar, 40)));
  } else {
    spec.id = *parsed;
  }
}

void read_parse(text::MapReader& reader, DatasetSpec& spec) {
  const auto* node = reader.get("parse");
  if (node == nullptr) return;
  for (auto& [field, how] : reader.string_map("parse")) {
    if (std::find(kParsers.begin(), kParsers.end(), how) == kParsers.end()) {
      const auto* value = node->find(field);
      reader.diagnostics().error(value->place(), fmt::format("parse cannot read a field as {}", text::in_quotes(how)),
                                 text::suggest(how, kParsers, "parsers"));
    }
    spec.parse.emplace(std::move(field), std::move(how));
  }
}

bool is_delimiter(std::string_view text) {
  if (text.size() != 1) return false;
  const auto c = static_cast<unsigned char>(text[0]);
  const bool letter_or_digit = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
  return (c == '\t' || (c >= ' ' && c < 0x7F)) && c != '"' && !letter_or_digit;
}

void read_delimiter(text::MapReader& reader, DatasetSpec& spec) {
  const auto* node = reader.get("delimiter");
  auto text = reader.string("delimiter");
  if (node == nullptr || !text) return;
  if (*text == "\\t") text = "\t";
  if (!is_delimiter(*text)) {
    reader.diagnostics().error(node->place(),
                               fmt::format("the delimiter {} is not one character", text::in_quotes(*text)),
                               R"(write delimiter: ";", or "\t" for a tab)");
    return;
  }
  const auto ending = spec.file.extension();
  if (!spec.file.empty() && ending != ".csv" && ending != ".CSV") {
    reader.diagnostics().error(
        node->place(),
        fmt::format("delimiter is for CSV, and the data set ends in {}", text::in_quotes(ending.string())),
        "remove the delimiter");
  }
  spec.delimiter = text->front();
}

// Opening reads the first block: a missing file, another encoding and a bad CSV header show with the suite's own
// faults.
void try_open(const DatasetSpec& spec, const text::Node& file, Diagnostics& diagnostics) {
  const auto opened = datasets::open(spec.file, {.delimiter = spec.delimiter});
  if (opened) return;
  auto error = opened.error();
  if (error.at.line == 0) {
    error.message = fmt::format("{}: {}", text::in_quotes(spec.shown), error.message);
    error.at = file.place();
  }
  diagnostics.error(std::move(error));
}

}  // namespace

std::optional<DatasetSpec> read_dataset(const text::Node& node, const std::filesystem::path& file,
                                        Diagnostics& diagnostics) {
  const auto before = diagnostics.error_count();
  DatasetSpec spec;
  spec.at = node.place();
  text::MapReader reader(node, "dataset", diagnostics);
  if (!node.is_map()) return std::nullopt;
  read_file(reader, file, spec);
  read_id(reader, spec);
  if (const auto* tags = reader.get("tags")) {
    for (const auto* tag : scalars(*tags, "tags", diagnostics)) spec.tags.push_back(tag->scalar);
  }
  spec.cluster = reader.string("cluster");
  read_parse(reader, spec);
  read_delimiter(reader, spec);
  if (const auto limit = reader.integer("limit", 1)) spec.limit = static_cast<std::uint64_t>(*limit);
  reader.finish();
  if (!spec.file.empty()) try_open(spec, *node.find("file"), diagnostics);
  if (diagnostics.error_count() != before) return std::nullopt;
  return spec;
}

}  // namespace assay::suites
