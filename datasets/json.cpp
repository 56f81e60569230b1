#include "datasets/cursors.hpp"

#include <assay/datasets/json_value.hpp>

namespace assay::datasets {

namespace {

constexpr std::string_view kHint = R"(write a list of objects: [{"id": "fr", "country": "France"}])";

/// Finds the end of one JSON value without parsing it: brackets counted, strings skipped.
class Extent {
 public:
  /// Looks at `text` from where the last call stopped. True once the value ends before offset `size()`.
  bool scan(std::string_view text) {
    for (; at_ < text.size(); ++at_) {
      const char c = text[at_];
      if (in_string_) {
        step_in_string(c);
        if (!in_string_ && depth_ == 0) return ++at_, true;
        continue;
      }
      if (c == '"') {
        in_string_ = true;
      } else if (c == '{' || c == '[') {
        ++depth_;
      } else if (c == '}' || c == ']') {
        if (depth_ == 0) return true;
        if (--depth_ == 0) return ++at_, true;
      } else if (depth_ == 0 && (c == ',' || c == ' ' || c == '\t' || c == '\n' || c == '\r')) {
        return true;
      }
    }
    return false;
  }

  [[nodiscard]] std::size_t size() const { return at_; }

 private:
  void step_in_string(char c) {
    if (escaped_) {
      escaped_ = false;
    } else if (c == '\\') {
      escaped_ = true;
    } else if (c == '"') {
      in_string_ = false;
    }
  }

  std::size_t at_ = 0;
  std::size_t depth_ = 0;
  bool in_string_ = false;
  bool escaped_ = false;
};

class JsonCursor final : public Cursor {
 public:
  JsonCursor(Source source, const Options& options)
      : source_(std::move(source)), options_(options), at_(source_.place(1, 1)) {}

  Result<std::optional<Record>> next() override {
    if (done_) return std::optional<Record>{};
    const auto found = find_element();
    if (!found) return stop(found.error());
    if (!*found) {
      done_ = true;
      return std::optional<Record>{};
    }
    return read_element();
  }

  DigestBytes digest() override { return source_.digest(); }

 private:
  Error stop(Error error) {
    done_ = true;
    return error;
  }

  [[nodiscard]] Error fault(std::string message, std::string_view hint = kHint) const {
    return Error{ErrorKind::invalid, std::move(message), std::string(hint), at_};
  }

  void take(std::size_t bytes) {
    at_ = advance(std::move(at_), source_.window().substr(0, bytes));
    source_.consume(bytes);
  }

  // The next byte that is no white space; '\0' at the end of the file.
  Result<char> peek() {
    for (;;) {
      const auto window = source_.window();
      const auto first = window.find_first_not_of(" \t\r\n");
      take(first == std::string_view::npos ? window.size() : first);
      if (first != std::string_view::npos) return source_.window().front();
      const auto more = source_.fill();
      if (!more) return more.error();
      if (!*more) return '\0';
    }
  }

  // Steps over `[` or `,` to the next element; false after the closing bracket.
  Result<bool> find_element() {
    auto c = peek();
    if (!c) return c.error();
    const bool opening = !opened_;
    if (opening) {
      if (*c == '\0') return false;
      if (*c == '{')
        return fault("the file is an object, not a list",
                     "write a list of objects: [{…}, {…}]; one object a line belongs into a file that ends in .jsonl");
      if (*c != '[') return fault("the file is not a list of objects");
      opened_ = true;
    } else if (*c == ']') {
      return end_of_list();
    } else if (*c != ',') {
      return *c == '\0' ? fault("the file ends within the list", "close the list with ]")
                        : fault("a comma is missing between two records", "write , between two objects");
    }
    take(1);
    c = peek();
    if (!c) return c.error();
    if (*c == ']') return opening ? end_of_list() : fault("there is a comma after the last record", "remove the comma");
    if (*c == '\0') return fault("the file ends within the list", "close the list with ]");
    if (*c == ',') return fault("a record is missing before this comma", "remove the comma");
    return true;
  }

  Result<bool> end_of_list() {
    take(1);
    const auto c = peek();
    if (!c) return c.error();
    if (*c != '\0') return fault("there is text after the end of the list", "remove it");
    return false;
  }

  Result<std::optional<Record>> read_element() {
    Extent extent;
    ++row_;
    while (!extent.scan(source_.window())) {
      if (source_.window().size() > options_.max_record) break;
      const auto more = source_.fill();
      if (!more) return stop(more.error());
      if (!*more) break;
    }
    if (extent.size() > options_.max_record) {
      return stop(too_long(at_, options_.max_record, "split the record; a quote or a bracket may not be closed"));
    }
    const auto text = source_.window().substr(0, extent.size());
    Record record{.fields = {}, .row = row_, .at = at_};
    auto value = parse_value(text, at_);
    if (!value) return stop(value.error());
    take(extent.size());
    if (!value->is_object()) {
      return Error{ErrorKind::invalid, "the record is not a JSON object", std::string(kHint), record.at};
    }
    record.fields = std::move(*value);
    return std::optional(std::move(record));
  }

  Source source_;
  Options options_;
  Place at_;
  bool opened_ = false;
  bool done_ = false;
  std::uint64_t row_ = 0;
};

}  // namespace

std::unique_ptr<Cursor> make_json(Source source, const Options& options) {
  return std::make_unique<JsonCursor>(std::move(source), options);
}

}  // namespace assay::datasets
