#include "datasets/cursors.hpp"

#include <assay/datasets/json_value.hpp>

#include <cstring>

namespace assay::datasets {

namespace {

constexpr std::string_view kHint = R"(write one JSON object a line: {"id": "fr", "country": "France"})";

bool blank(std::string_view line) {
  return line.find_first_not_of(" \t\r") == std::string_view::npos;
}

class JsonlCursor final : public Cursor {
 public:
  JsonlCursor(Source source, const Options& options) : source_(std::move(source)), options_(options) {}

  Result<std::optional<Record>> next() override {
    for (;;) {
      source_.consume(std::exchange(used_, 0));
      const auto found = next_line();
      if (!found) return found.error();
      const std::optional<std::string_view> line = *found;
      if (!line) return std::optional<Record>{};
      if (!blank(*line)) return parse(*line);
    }
  }

  DigestBytes digest() override { return source_.digest(); }

 private:
  // A view into the window, without its line end; `used_` is what to consume before the next one.
  Result<std::optional<std::string_view>> next_line() {
    std::size_t seen = 0;
    ++line_;
    for (;;) {
      const auto window = source_.window();
      const auto end = window.find('\n', seen);
      if (end != std::string_view::npos && end <= options_.max_record) {
        used_ = end + 1;
        return std::optional(window.substr(0, end));
      }
      if (std::min(end, window.size()) > options_.max_record) return skip_line();
      seen = window.size();
      const auto more = source_.fill();
      if (!more) return more.error();
      if (*more) continue;
      if (source_.window().empty()) return std::optional<std::string_view>{};
      used_ = source_.window().size();
      return std::optional(source_.window());
    }
  }

  Error skip_line() {
    ++row_;
    for (;;) {
      const auto end = source_.window().find('\n');
      if (end != std::string_view::npos) {
        source_.consume(end + 1);
        break;
      }
      source_.consume(source_.window().size());
      const auto more = source_.fill();
      if (!more || !*more) break;
    }
    return too_long(source_.place(line_, 1), options_.max_record,
                    "split the record, or put each record on a line of its own");
  }

  Result<std::optional<Record>> parse(std::string_view line) {
    ++row_;
    Record record{.fields = {}, .row = row_, .at = source_.place(line_, 1)};
    auto value = parse_value(line, record.at);
    if (!value) {
      auto error = value.error();
      if (error.message.starts_with("not valid JSON")) error.hint = hint(line, error.hint);
      return error;
    }
    if (!value->is_object()) {
      return Error{ErrorKind::invalid, "the line is not a JSON object", hint(line, kHint), record.at};
    }
    record.fields = std::move(*value);
    return std::optional(std::move(record));
  }

  [[nodiscard]] std::string hint(std::string_view line, std::string_view otherwise) const {
    const auto first = line.find_first_not_of(" \t");
    if (row_ == 1 && line[first] == '[') return "a list of records belongs into a file that ends in .json";
    const auto last = line.find_last_not_of(" \t\r");
    if (line[last] != '}') return std::string(kHint);
    return std::string(otherwise);
  }

  Source source_;
  Options options_;
  std::size_t used_ = 0;
  int line_ = 0;
  std::uint64_t row_ = 0;
};

}  // namespace

std::unique_ptr<Cursor> make_jsonl(Source source, const Options& options) {
  return std::make_unique<JsonlCursor>(std::move(source), options);
}

}  // namespace assay::datasets
