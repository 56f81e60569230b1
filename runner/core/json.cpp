#include <assay/core/json.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <utility>

namespace assay {

namespace {

// Turns the byte offset of a parse error into a place a person can find.
Place place_of(std::string_view text, std::size_t byte) {
  Place place{.line = 1, .column = 1};
  for (std::size_t i = 0; i + 1 < byte && i < text.size(); ++i) {
    if (text[i] == '\n') {
      ++place.line;
      place.column = 1;
    } else {
      ++place.column;
    }
  }
  return place;
}

std::string library_text(const Json& value) {
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

bool is_plain(const std::string& text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~' && c != '"' && c != '\\'; });
}

// Most texts stand for themselves; setting up the library's serializer costs more than a case's variables do.
void append_string(std::string& out, const std::string& text) {
  if (!is_plain(text)) {
    out += library_text(Json(text));
    return;
  }
  out += '"';
  out += text;
  out += '"';
}

void append_number(std::string& out, const Json& value) {
  if (value.is_number_unsigned()) {
    fmt::format_to(std::back_inserter(out), "{}", value.get<std::uint64_t>());
  } else if (value.is_number_integer()) {
    fmt::format_to(std::back_inserter(out), "{}", value.get<std::int64_t>());
  } else {
    out += library_text(value);
  }
}

void append_canonical_number(std::string& out, const Json& value) {
  if (!value.is_number_float()) return append_number(out, value);
  const double number = value.get<double>();
  constexpr double kExact = 9007199254740992.0;  // 2^53: beyond it a double has no integral text of its own
  if (!std::isfinite(number)) {
    out += "null";
  } else if (number == std::trunc(number) && std::abs(number) < kExact) {
    fmt::format_to(std::back_inserter(out), "{}", static_cast<std::int64_t>(number));
  } else {
    fmt::format_to(std::back_inserter(out), "{:.12g}", number);
  }
}

using AppendNumber = void (*)(std::string& out, const Json& value);

void append(std::string& out, const Json& value, AppendNumber number) {
  bool first = true;
  switch (value.type()) {
    case Json::value_t::object:
      out += '{';
      for (const auto& [key, item] : value.get_ref<const Json::object_t&>()) {
        if (!std::exchange(first, false)) out += ',';
        append_string(out, key);
        out += ':';
        append(out, item, number);
      }
      out += '}';
      break;
    case Json::value_t::array:
      out += '[';
      for (const auto& item : value) {
        if (!std::exchange(first, false)) out += ',';
        append(out, item, number);
      }
      out += ']';
      break;
    case Json::value_t::number_integer:
    case Json::value_t::number_unsigned:
    case Json::value_t::number_float:
      number(out, value);
      break;
    case Json::value_t::string:
      append_string(out, value.get_ref<const std::string&>());
      break;
    default:
      out += library_text(value);
  }
}

// The offset of the bracket that opens one level too many, outside of texts; npos if there is none.
std::size_t find_too_deep(std::string_view text) {
  int depth = 0;
  bool in_text = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_text && c == '\\') ++i;
    if (c == '"') in_text = !in_text;
    if (in_text) continue;
    if ((c == '[' || c == '{') && ++depth > kMaxJsonDepth) return i;
    if (c == ']' || c == '}') --depth;
  }
  return std::string_view::npos;
}

Error too_deep() {
  return {ErrorKind::protocol,
          fmt::format("JSON is nested more than {} levels deep", kMaxJsonDepth),
          "flatten the value",
          {}};
}

}  // namespace

Result<Json> parse_json(std::string_view text) {
  // The library takes a NUL for the end of the text.
  if (const auto nul = text.find('\0'); nul != std::string_view::npos) {
    return Error{ErrorKind::protocol, "not valid JSON: it holds a NUL byte", "remove the NUL byte",
                 place_of(text, nul + 1)};
  }
  const auto deep = find_too_deep(text);
  try {
    // Not by the library's callback: with one, it looks at all elements of a list again after each. What is wrong
    // before the place that is too deep comes first.
    return Json::parse(text.substr(0, deep));
  } catch (const Json::parse_error& e) {
    if (deep != std::string_view::npos && e.byte > deep) return too_deep();
    return Error{ErrorKind::protocol, "not valid JSON", "check the text near this place with a JSON linter",
                 place_of(text, e.byte)};
  } catch (const Json::out_of_range&) {
    return Error{ErrorKind::protocol, "a number is too large for JSON", "write it as a string", {}};
  }
}

std::string dump_json(const Json& value) {
  std::string out;
  append(out, value, append_number);
  return out;
}

std::string indented_json(const OrderedJson& value) {
  return value.dump(2, ' ', false, OrderedJson::error_handler_t::replace) + "\n";
}

std::string canonical_json(const Json& value) {
  std::string out;
  append(out, value, append_canonical_number);
  return out;
}

}  // namespace assay
