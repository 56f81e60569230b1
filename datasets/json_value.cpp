#include "datasets/source.hpp"

#include <assay/datasets/json_value.hpp>
#include <assay/text/utf8.hpp>

#include <fmt/format.h>

#include <vector>

namespace assay::datasets {

namespace {

// `[json.exception…] parse error at line 1, column 5: syntax error while parsing value - invalid literal; last read:
// 'x'`: what is left is the reason. The last token is the file's own text and is shown by nobody.
std::string reason(std::string_view what) {
  std::string text(what);
  if (const auto dash = text.find(" - "); dash != std::string::npos) text.erase(0, dash + 3);
  if (const auto token = text.find("; last read: '"); token != std::string::npos) {
    const auto after = text.rfind("'; expected");
    if (after != std::string::npos && after > token) {
      text.erase(token, after + 1 - token);
    } else {
      text.erase(token);
    }
  }
  return text::excerpt(text, 120);
}

std::string_view hint_for(std::string_view token) {
  if (token.starts_with("N") || token.starts_with("I") || token.starts_with("-I")) {
    return "JSON has no NaN and no Infinity: write null, or a text in quotes";
  }
  if (token.starts_with("'")) return "JSON quotes texts and keys with \"";
  return "check the text at this place: keys and texts in \", no comma after the last item, no comments";
}

// Builds the value as the parser reports its parts.
class Builder {
 public:
  Builder(std::string_view text, const Place& start) : text_(text), start_(start) {}

  bool null() { return add(nullptr); }
  bool boolean(bool value) { return add(value); }
  bool number_integer(std::int64_t value) { return value == 0 ? add("-0") : add(value); }
  bool number_unsigned(std::uint64_t value) { return add(value); }
  bool number_float(double value, const std::string& raw) {
    Json number(value);
    return number.dump() == raw ? add(std::move(number)) : add(raw);
  }
  bool string(std::string& value) { return add(std::move(value)); }
  bool binary(Json::binary_t&) { return false; }
  bool start_object(std::size_t) { return open(Json::object()); }
  bool start_array(std::size_t) { return open(Json::array()); }
  bool end_object() { return close(); }
  bool end_array() { return close(); }

  bool key(std::string& name) {
    const auto [at, fresh] = open_.back()->get_ref<Json::object_t&>().try_emplace(name);
    if (!fresh) {
      return fail(start_, fmt::format("the key {} is there twice", text::in_quotes(name)),
                  "remove or rename one of the two");
    }
    slot_ = &at->second;
    return true;
  }

  bool parse_error(std::size_t position, const std::string& token, const Json::exception& e) {
    const auto offset = std::min(position == 0 ? 0 : position - 1, text_.size());
    const auto at = advance(start_, text_.substr(0, offset));
    if (e.id == 406) return fail(at, "a number is too large for JSON", "write it as a text, in quotes");
    if (const auto bad = text::find_invalid_utf8(text_)) {
      error_ = text::not_utf8(text_.substr(*bad), advance(start_, text_.substr(0, *bad)));
      return false;
    }
    return fail(at, fmt::format("not valid JSON: {}", reason(e.what())), std::string(hint_for(token)));
  }

  Result<Json> take() && {
    if (error_.kind == ErrorKind::invalid) return std::move(error_);
    return std::move(root_);
  }

 private:
  bool fail(const Place& at, std::string message, std::string hint) {
    error_ = Error{ErrorKind::invalid, std::move(message), std::move(hint), at};
    return false;
  }

  Json* put(Json value) {
    if (open_.empty()) {
      root_ = std::move(value);
      return &root_;
    }
    if (open_.back()->is_object()) {
      *slot_ = std::move(value);
      return slot_;
    }
    return &open_.back()->get_ref<Json::array_t&>().emplace_back(std::move(value));
  }

  template <class T>
  bool add(T&& value) {
    put(Json(std::forward<T>(value)));
    return true;
  }

  bool open(Json value) {
    if (open_.size() >= kMaxJsonDepth) {
      return fail(start_, fmt::format("JSON is nested more than {} levels deep", kMaxJsonDepth), "flatten the value");
    }
    open_.push_back(put(std::move(value)));
    return true;
  }

  bool close() {
    open_.pop_back();
    return true;
  }

  std::string_view text_;
  const Place& start_;
  Json root_;
  std::vector<Json*> open_;
  Json* slot_ = nullptr;
  Error error_;
};

}  // namespace

Result<Json> parse_value(std::string_view text, const Place& start) {
  Builder builder(text, start);
  Json::sax_parse(text.begin(), text.end(), &builder);
  return std::move(builder).take();
}

}  // namespace assay::datasets
