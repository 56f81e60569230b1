#include "datasets/cursors.hpp"

#include <assay/text/utf8.hpp>

#include <fmt/format.h>

namespace assay::datasets {

namespace {

std::string ending_of(const std::filesystem::path& path) {
  std::string ending = path.extension().string();
  for (char& c : ending) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return ending;
}

Error unknown_ending(const std::filesystem::path& path, const std::string& ending) {
  std::string hint = "use .jsonl, .json, .csv or .yaml";
  if (ending == ".tsv" || ending == ".tab") hint = R"(rename it to .csv and set `delimiter: "\t"`)";
  if (ending == ".gz" || ending == ".zst" || ending == ".zip") hint = "unpack it first; " + hint;
  return Error{ErrorKind::invalid,
               ending.empty() ? "the data set's name has no ending that tells its format"
                              : fmt::format("data sets that end in {} cannot be read", text::in_quotes(ending)),
               hint, Place{path.string(), 0, 0}};
}

}  // namespace

Result<std::unique_ptr<Cursor>> open(const std::filesystem::path& path, const Options& options) {
  const auto ending = ending_of(path);
  const bool csv = ending == ".csv";
  const bool json = ending == ".json";
  const bool yaml = ending == ".yaml" || ending == ".yml";
  if (!csv && !json && !yaml && ending != ".jsonl" && ending != ".ndjson") return unknown_ending(path, ending);
  auto source = Source::open(path);
  if (!source) return source.error();
  if (csv) return make_csv(std::move(*source), options);
  if (yaml) return make_yaml(std::move(*source));
  if (json) return make_json(std::move(*source), options);
  return make_jsonl(std::move(*source), options);
}

}  // namespace assay::datasets
