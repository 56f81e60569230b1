#include "datasets/cursors.hpp"

#include <assay/text/utf8.hpp>

#include <fmt/format.h>

#include <set>
#include <vector>

namespace assay::datasets {

namespace {

/// RFC 4180: splits the source into rows of fields. Knows no header.
class CsvRows {
 public:
  CsvRows(Source source, const Options& options)
      : source_(std::move(source)), options_(options), at_(source_.place(1, 1)) {
    stops_ = {options.delimiter, '\n', '\r', '"'};
  }

  /// Reads the next row that is not blank into `fields`; false at the end. After an error the next call starts with the
  /// next line, or ends.
  Result<bool> read() {
    for (;;) {
      fields_.clear();
      first_quoted_ = false;
      row_size_ = 0;
      start_ = at_;
      if (done_ || !available()) {
        const auto error = std::exchange(io_, std::nullopt);
        if (error) return *error;
        return false;
      }
      if (auto error = read_fields()) return std::move(*error);
      if (fields_.size() == 1 && fields_[0].empty() && !first_quoted_) continue;
      if (auto error = check_encoding()) return std::move(*error);
      return true;
    }
  }

  [[nodiscard]] std::vector<std::string>& fields() { return fields_; }
  [[nodiscard]] const Place& start() const { return start_; }
  [[nodiscard]] bool first_quoted() const { return first_quoted_; }
  DigestBytes digest() { return source_.digest(); }

 private:
  enum class After { field, row };

  bool available() {
    if (!source_.window().empty()) return true;
    const auto more = source_.fill();
    if (!more) {
      io_ = more.error();
      done_ = true;
      return false;
    }
    return *more;
  }

  void take(std::size_t bytes) {
    at_ = advance(std::move(at_), source_.window().substr(0, bytes));
    source_.consume(bytes);
    row_size_ += bytes;
  }

  std::optional<Error> read_fields() {
    for (;;) {
      fields_.emplace_back();
      if (available() && source_.window().front() == '"') {
        if (auto error = read_quoted()) return error;
      } else if (auto error = read_plain()) {
        return error;
      }
      const auto after = read_separator();
      if (!after) return after.error();
      if (*after == After::row) return std::nullopt;
    }
  }

  std::optional<Error> read_plain() {
    auto& field = fields_.back();
    while (available()) {
      const auto window = source_.window();
      const auto end = std::min(window.find_first_of(stops_), window.size());
      field += window.substr(0, end);
      take(end);
      if (row_size_ > options_.max_record) return beyond_limit();
      if (end == window.size()) continue;
      if (source_.window().front() != '"') return std::nullopt;
      return skip_line(fault("a quote within a field that is not quoted",
                             R"(put the whole field in quotes, and double those inside: "he said ""no""")"));
    }
    return std::nullopt;
  }

  std::optional<Error> read_quoted() {
    auto& field = fields_.back();
    if (fields_.size() == 1) first_quoted_ = true;
    const Place opened = at_;
    take(1);
    while (available()) {
      const auto window = source_.window();
      const auto end = std::min(window.find('"'), window.size());
      field += window.substr(0, end);
      take(end);
      if (row_size_ > options_.max_record) return beyond_limit();
      if (end == window.size()) continue;
      take(1);
      if (!available() || source_.window().front() != '"') return std::nullopt;
      field += '"';
      take(1);
    }
    done_ = true;
    return Error{ErrorKind::invalid, "a quote is opened and never closed",
                 "close the field with \"; double quotes inside it", opened};
  }

  // After a field: the delimiter, a line end or the end of the file.
  Result<After> read_separator() {
    if (!available()) return After::row;
    const char c = source_.window().front();
    if (c == options_.delimiter) {
      take(1);
      return After::field;
    }
    if (c == '\r') {
      take(1);
      if (!available()) return After::row;
      if (source_.window().front() != '\n') {
        return skip_line(fault("a carriage return without a line feed", "end lines with LF or CRLF"));
      }
    } else if (c != '\n') {
      return skip_line(fault("there is text after the closing quote of a field",
                             R"(double the quotes inside a field: "he said ""no""")"));
    }
    take(1);
    return After::row;
  }

  [[nodiscard]] Error fault(std::string message, std::string hint) const {
    return Error{ErrorKind::invalid, std::move(message), std::move(hint), at_};
  }

  Error skip_line(Error error) {
    while (available()) {
      const auto window = source_.window();
      const auto end = window.find('\n');
      take(end == std::string_view::npos ? window.size() : end + 1);
      if (end != std::string_view::npos) break;
    }
    return error;
  }

  std::optional<Error> beyond_limit() {
    done_ = true;
    return too_long(start_, options_.max_record, "look for a quote that is opened and not closed from this line on");
  }

  std::optional<Error> check_encoding() {
    for (const auto& field : fields_) {
      if (const auto bad = text::find_invalid_utf8(field)) {
        done_ = true;
        return text::not_utf8(std::string_view(field).substr(*bad), start_);
      }
    }
    return std::nullopt;
  }

  Source source_;
  Options options_;
  std::string stops_;
  std::vector<std::string> fields_;
  Place at_;
  Place start_;
  std::size_t row_size_ = 0;
  bool first_quoted_ = false;
  bool done_ = false;
  std::optional<Error> io_;
};

class CsvCursor final : public Cursor {
 public:
  CsvCursor(CsvRows rows, std::vector<std::string> header) : rows_(std::move(rows)), header_(std::move(header)) {}

  Result<std::optional<Record>> next() override {
    const auto found = rows_.read();
    if (!found || *found) ++row_;
    if (!found) return found.error();
    if (!*found) return std::optional<Record>{};
    auto& fields = rows_.fields();
    if (fields.size() != header_.size()) return wrong_size(fields.size());
    Record record{.fields = Json::object(), .row = row_, .at = rows_.start()};
    auto& object = record.fields.get_ref<Json::object_t&>();
    for (std::size_t i = 0; i < fields.size(); ++i) object.emplace(header_[i], std::move(fields[i]));
    return std::optional(std::move(record));
  }

  DigestBytes digest() override { return rows_.digest(); }

 private:
  [[nodiscard]] Error wrong_size(std::size_t size) const {
    return Error{ErrorKind::invalid,
                 fmt::format("the row has {} field{}, the header has {}", size, size == 1 ? "" : "s", header_.size()),
                 size < header_.size() ? "add the missing fields; one that holds a line break needs quotes"
                                       : "put a field that holds the delimiter in quotes",
                 rows_.start()};
  }

  CsvRows rows_;
  std::vector<std::string> header_;
  std::uint64_t row_ = 0;
};

std::string delimiter_text(char delimiter) {
  return delimiter == '\t' ? "\\t" : std::string(1, delimiter);
}

// A header of one name that holds another common delimiter was read with the wrong one.
std::optional<Error> check_delimiter(CsvRows& rows, const Options& options) {
  if (rows.fields().size() != 1 || rows.first_quoted()) return std::nullopt;
  for (const char other : {',', ';', '\t', '|'}) {
    if (other == options.delimiter || rows.fields()[0].find(other) == std::string::npos) continue;
    return Error{ErrorKind::invalid, fmt::format("the header is one name that holds '{}'", delimiter_text(other)),
                 fmt::format("set `delimiter: \"{}\"`, or put the name in quotes", delimiter_text(other)),
                 rows.start()};
  }
  return std::nullopt;
}

std::optional<Error> check_names(CsvRows& rows) {
  std::set<std::string_view> seen;
  const auto fault = [&rows](std::string message, std::string hint) {
    return Error{ErrorKind::invalid, std::move(message), std::move(hint), rows.start()};
  };
  for (std::size_t i = 0; i < rows.fields().size(); ++i) {
    const std::string& name = rows.fields()[i];
    if (text::trim(name).empty()) {
      return fault(fmt::format("column {} of the header has no name", i + 1), "name every column in the first row");
    }
    if (text::trim(name) != name) {
      return fault(fmt::format("the name {} in the header has white space at an end", text::in_quotes(name)),
                   "remove it");
    }
    if (!seen.insert(name).second) {
      return fault(fmt::format("the name {} is in the header twice", text::in_quotes(name)),
                   "rename one of the columns");
    }
  }
  return std::nullopt;
}

}  // namespace

Result<std::unique_ptr<Cursor>> make_csv(Source source, const Options& options) {
  const Place top = source.place(1, 1);
  CsvRows rows(std::move(source), options);
  const auto found = rows.read();
  if (!found) return found.error();
  if (!*found) {
    return Error{ErrorKind::invalid, "the CSV file has no header",
                 "name the columns in the first row: id,question,answer", top};
  }
  if (auto error = check_delimiter(rows, options)) return std::move(*error);
  if (auto error = check_names(rows)) return std::move(*error);
  std::vector<std::string> header = rows.fields();
  return std::unique_ptr<Cursor>(std::make_unique<CsvCursor>(std::move(rows), std::move(header)));
}

}  // namespace assay::datasets
