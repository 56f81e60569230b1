#include "judges/model/verdicts.hpp"

#include <assay/text/utf8.hpp>

#include <algorithm>
#include <cctype>
#include <set>
#include <stdexcept>

namespace assay::judges {

namespace {

constexpr std::string_view kSpace = " \t\r\n";

std::size_t skip_space(std::string_view text, std::size_t at) {
  return std::min(text.find_first_not_of(kSpace, at), text.size());
}

/// Walks over one JSON value without reading it: brackets, strings and commas in their places. What stands for a number
/// or a word is left to the parser.
class ObjectWalk {
 public:
  ObjectWalk(std::string_view text, std::size_t at) : text_(text), at_(at) {}

  /// True behind a whole object; else `end` is where it cannot go on.
  bool walk() {
    do {
      at_ = skip_space(text_, at_);
      if (at_ >= text_.size() || !step()) return false;
    } while (!closers_.empty());
    return true;
  }
  [[nodiscard]] std::size_t end() const { return at_; }
  /// It has got as far as `{"name":`, so it was meant to be JSON.
  [[nodiscard]] bool meant() const { return meant_; }

 private:
  enum class Next { value, value_or_close, key, key_or_close, colon, comma_or_close };

  bool step() {
    const char c = text_[at_];
    const bool may_close =
        next_ == Next::value_or_close || next_ == Next::key_or_close || next_ == Next::comma_or_close;
    if (may_close && !closers_.empty() && c == closers_.back()) return close();
    switch (next_) {
      case Next::key:
      case Next::key_or_close:
        next_ = Next::colon;
        return c == '"' && string();
      case Next::colon:
        next_ = Next::value;
        meant_ = meant_ || c == ':';
        return c == ':' && one();
      case Next::comma_or_close:
        next_ = closers_.back() == '}' ? Next::key : Next::value;
        return c == ',' && one();
      default:
        return value(c);
    }
  }

  bool one() {
    ++at_;
    return true;
  }

  bool close() {
    closers_.pop_back();
    next_ = Next::comma_or_close;
    return one();
  }

  bool open(char closer) {
    if (closers_.size() >= static_cast<std::size_t>(kMaxJsonDepth)) return false;
    closers_ += closer;
    next_ = closer == '}' ? Next::key_or_close : Next::value_or_close;
    return one();
  }

  bool value(char c) {
    if (c == '{') return open('}');
    if (c == '[') return open(']');
    next_ = Next::comma_or_close;
    return c == '"' ? string() : word();
  }

  bool string() {
    for (std::size_t i = at_ + 1; i < text_.size(); ++i) {
      const char c = text_[i];
      if (c == '"') {
        at_ = i + 1;
        return true;
      }
      if (static_cast<unsigned char>(c) < 0x20) {
        at_ = i;
        return false;
      }
      if (c == '\\') ++i;
    }
    at_ = text_.size();
    return false;
  }

  bool word() {
    const auto begin = at_;
    while (at_ < text_.size() && (std::isalnum(static_cast<unsigned char>(text_[at_])) != 0 || text_[at_] == '-' ||
                                  text_[at_] == '+' || text_[at_] == '.')) {
      ++at_;
    }
    return at_ > begin;
  }

  std::string_view text_;
  std::size_t at_;
  Next next_ = Next::value;
  std::string closers_;
  bool meant_ = false;
};

// An object that names the key twice may be read either way, so it is none.
struct NamedTwice : std::runtime_error {
  NamedTwice() : std::runtime_error("twice") {}
};

/// Where an object stands in a text.
struct Range {
  std::size_t begin = 0;
  std::size_t end = 0;
};

std::vector<Range> find_objects(std::string_view text, std::string_view key, Verdicts& into) {
  std::vector<Range> ranges;
  for (auto at = text.find('{'); at < text.size(); at = text.find('{', at)) {
    ObjectWalk walk(text, at);
    const bool whole = walk.walk();
    const auto end = std::max(walk.end(), at + 1);
    auto object = whole ? parse_object(text.substr(at, end - at), into.twice) : std::nullopt;
    if (object && object->contains(key)) {
      into.found.push_back({*std::move(object), at});
    } else if (object) {
      into.other_object = true;
    } else {
      into.broken = into.broken || walk.meant();
    }
    if (whole) ranges.push_back({at, end});
    at = end;
  }
  return ranges;
}

bool same_letters(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  return std::ranges::equal(a, b, [&](char x, char y) { return lower(x) == lower(y); });
}

std::string_view without_any(std::string_view text, std::string_view marks) {
  const auto begin = std::min(text.find_first_not_of(marks), text.size());
  const auto end = text.find_last_not_of(marks);
  return begin == text.size() ? std::string_view() : text.substr(begin, end + 1 - begin);
}

// The value of a line `key: value`, markup aside.
std::optional<std::string_view> value_of(std::string_view line, std::string_view key) {
  constexpr std::string_view kMarkup = " \t\r*_`#>-";
  line.remove_prefix(std::min(line.find_first_not_of(kMarkup), line.size()));
  if (line.size() <= key.size() || !same_letters(line.substr(0, key.size()), key)) return std::nullopt;
  line.remove_prefix(key.size());
  line.remove_prefix(std::min(line.find_first_not_of(" \t*_`"), line.size()));
  if (line.empty() || (line.front() != ':' && line.front() != '=')) return std::nullopt;
  line.remove_prefix(1);
  auto value = without_any(line, " \t\r*_`");
  if (value.ends_with('.')) value = without_any(value.substr(0, value.size() - 1), " \t*_`");
  return value;
}

void find_lines(std::string_view text, std::string_view key, const std::vector<Range>& objects, Verdicts& into) {
  auto object = objects.begin();
  for (std::size_t at = 0; at < text.size();) {
    const auto end = std::min(text.find('\n', at), text.size());
    while (object != objects.end() && object->end <= at) ++object;
    const bool apart = object == objects.end() || object->begin >= end;
    const auto value = apart ? value_of(text.substr(at, end - at), key) : std::nullopt;
    constexpr std::size_t kLongest = 200;  // bytes of a value: beyond it is prose
    if (value && !value->empty() && value->size() <= kLongest) {
      into.found.push_back({Json{{key, *value}}, at});
    }
    at = end + 1;
  }
}

}  // namespace

std::optional<Json> parse_object(std::string_view text, bool& twice) {
  if (text.find('\0') != std::string_view::npos) return std::nullopt;
  std::vector<std::set<std::string>> names;
  const auto watch = [&names](int depth, Json::parse_event_t event, Json& parsed) {
    if (event == Json::parse_event_t::object_start || event == Json::parse_event_t::array_start) {
      if (depth >= kMaxJsonDepth) throw std::length_error("depth");
    }
    if (event == Json::parse_event_t::object_start) names.emplace_back();
    if (event == Json::parse_event_t::object_end) names.pop_back();
    if (event == Json::parse_event_t::key && !names.back().insert(parsed.get<std::string>()).second) throw NamedTwice();
    return true;
  };
  try {
    auto json = Json::parse(text.begin(), text.end(), watch);
    if (json.is_object()) return json;
  } catch (const NamedTwice&) {
    twice = true;
  } catch (const Json::exception&) {    // no JSON, or a number beyond all
  } catch (const std::length_error&) {  // too deep
  }
  return std::nullopt;
}

Verdicts find_verdicts(std::string_view text, std::string_view key, bool lines) {
  Verdicts verdicts;
  const auto objects = find_objects(text, key, verdicts);
  if (!lines) return verdicts;
  find_lines(text, key, objects, verdicts);
  std::ranges::sort(verdicts.found, {}, &Verdict::begin);
  return verdicts;
}

}  // namespace assay::judges
