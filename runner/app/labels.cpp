#include "runner/app/labels.hpp"

#include <assay/datasets/cursor.hpp>
#include <assay/text/reader.hpp>
#include <assay/text/utf8.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <tuple>

namespace assay::app {

namespace {

// Those behind the first line are what an export shows a person beside the answer; they decide nothing.
const std::vector<std::string> kFields{"suite", "case", "run", "sample",   "answer", "question", "check", "pass",
                                       "score", "by",   "at",  "messages", "task",   "vars",     "note"};

/// The fields of one record, read strictly.
class RecordReader {
 public:
  RecordReader(const datasets::Record& record, bool csv, Diagnostics& diagnostics)
      : record_(record), csv_(csv), diagnostics_(diagnostics) {
    for (const auto& [key, value] : record.fields.items()) {
      if (std::find(kFields.begin(), kFields.end(), key) == kFields.end()) {
        fault(fmt::format("unknown field {}", text::in_quotes(key)), text::suggest(key, kFields, "fields"));
      }
    }
  }

  // Nothing where the field is absent, null or blank.
  [[nodiscard]] std::optional<std::string> text(const char* key) {
    const auto found = record_.fields.find(key);
    if (found == record_.fields.end() || found->is_null()) return std::nullopt;
    if (found->is_string()) {
      const auto& value = found->get_ref<const std::string&>();
      return text::trim(value).empty() ? std::nullopt : std::optional(csv_ ? unguarded(value) : value);
    }
    if (found->is_number() || found->is_boolean()) return found->dump();
    fault(fmt::format("{} must be a text", key), fmt::format("write \"{}\": \"…\"", key));
    return std::nullopt;
  }

  // As `text`, but a text that is blank is one.
  [[nodiscard]] std::optional<std::string> verbatim(const char* key) {
    const auto found = record_.fields.find(key);
    const bool is_text = found != record_.fields.end() && found->is_string();
    return is_text ? std::optional(found->get<std::string>()) : text(key);
  }

  [[nodiscard]] std::string required(const char* key) {
    auto value = text(key);
    if (!value) fault(fmt::format("a label needs `{}`", key), fmt::format("write \"{}\": \"…\"", key));
    return value.value_or("");
  }

  [[nodiscard]] std::optional<bool> truth(const char* key) {
    const auto value = text(key);
    if (!value) return std::nullopt;
    const auto folded = text::fold_case(text::trim(*value));
    for (const auto* yes : {"true", "yes", "1", "pass"}) {
      if (folded == yes) return true;
    }
    for (const auto* no : {"false", "no", "0", "fail"}) {
      if (folded == no) return false;
    }
    fault(fmt::format("{} must be true or false, found {}", key, text::in_quotes(*value)), "write true or false");
    return std::nullopt;
  }

  [[nodiscard]] std::optional<double> number(const char* key) {
    const auto value = text(key);
    if (!value) return std::nullopt;
    const auto parsed = text::parse_number(text::trim(*value));
    if (!parsed) fault(fmt::format("{} must be a number, found {}", key, text::in_quotes(*value)), "write 4 or 0.5");
    return parsed;
  }

  void fault(std::string message, std::string hint) {
    diagnostics_.error(record_.at, std::move(message), std::move(hint));
  }

 private:
  static std::string unguarded(const std::string& cell) {
    const bool guarded = cell.starts_with('\'') && cell.find_first_of(kFormula, 1) == 1;
    return guarded ? cell.substr(1) : cell;
  }

  const datasets::Record& record_;
  const bool csv_;
  Diagnostics& diagnostics_;
};

std::uint32_t sample_of(RecordReader& reader) {
  const auto number = reader.number("sample");
  if (!number) return 0;
  if (*number >= 0 && *number <= 1e6 && *number == static_cast<double>(static_cast<std::uint32_t>(*number))) {
    return static_cast<std::uint32_t>(*number);
  }
  reader.fault("sample must be a number from 0 on", "write the sample's number as `assay label` exports it");
  return 0;
}

WallTime time_of(RecordReader& reader, WallTime otherwise) {
  const auto written = reader.text("at");
  if (!written) return otherwise;
  if (const auto time = from_rfc3339(*written)) return *time;
  reader.fault(fmt::format("at is no time: {}", text::in_quotes(*written)), "write 2026-11-21T10:00:00Z");
  return otherwise;
}

std::optional<LabelRecord> read_label(const datasets::Record& record, bool csv, const std::string& by, WallTime at,
                                      Diagnostics& diagnostics) {
  const auto before = diagnostics.error_count();
  RecordReader reader(record, csv, diagnostics);
  Label label;
  label.pass = reader.truth("pass");
  label.score = reader.number("score");
  if (!label.pass && !label.score && diagnostics.error_count() == before) return std::nullopt;
  label.suite = reader.required("suite");
  label.case_id = reader.required("case");
  label.check = reader.required("check");
  label.run = reader.text("run").value_or("");
  label.sample = sample_of(reader);
  label.answer = label.run.empty() ? reader.verbatim("answer") : std::nullopt;
  label.question = reader.text("question");
  label.by = reader.text("by").value_or(by);
  label.at = time_of(reader, at);
  if (label.run.empty() && !label.answer) {
    reader.fault("a label needs `run` or `answer`: what was judged", "write \"run\": \"…\", or the \"answer\" itself");
  }
  if (diagnostics.error_count() != before) return std::nullopt;
  return LabelRecord{std::move(label), record.at};
}

}  // namespace

std::vector<LabelRecord> read_labels(const std::filesystem::path& file, const std::string& by, WallTime at,
                                     Diagnostics& diagnostics) {
  std::vector<LabelRecord> labels;
  auto cursor = datasets::open(file);
  if (!cursor) {
    diagnostics.error(cursor.error());
    return labels;
  }
  const bool csv = text::fold_case(file.extension().string()) == ".csv";
  while (diagnostics.error_count() <= Diagnostics::kMax) {
    auto next = (*cursor)->next();
    if (!next) {
      diagnostics.error(next.error());
      continue;
    }
    const auto& record = *next;
    if (!record) break;
    if (auto label = read_label(*record, csv, by, at, diagnostics)) labels.push_back(*std::move(label));
  }
  if (labels.empty() && diagnostics.ok()) {
    diagnostics.error(Place{file.string(), 0, 0}, "there is no label in this file",
                      "fill in `pass` or `score` of the records that `assay label RUN` exports", ErrorKind::selection);
  }
  return labels;
}

std::vector<LabelledAnswer> group(const std::vector<LabelRecord>& records) {
  using Key = std::tuple<std::string, std::string, std::string, std::uint32_t, std::string, std::string>;
  std::map<Key, std::size_t> places;
  std::vector<LabelledAnswer> answers;
  for (const auto& [label, at] : records) {
    Key key{
        label.suite, label.case_id, label.run, label.sample, label.answer.value_or(""), label.question.value_or("")};
    const auto [place, fresh] = places.emplace(std::move(key), answers.size());
    if (fresh) {
      answers.push_back({.suite = label.suite,
                         .case_id = label.case_id,
                         .run = label.run,
                         .sample = label.sample,
                         .answer = label.answer,
                         .question = label.question,
                         .labels = {},
                         .at = at});
    }
    answers[place->second].labels.push_back(label);
  }
  return answers;
}

}  // namespace assay::app
