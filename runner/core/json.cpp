#include <assay/core/json.hpp>

#include <fmt/format.h>

#include <cmath>

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

void append_string(std::string& out, const std::string& text) {
  out += dump_json(Json(text));
}

void append_number(std::string& out, const Json& value) {
  if (value.is_number_unsigned()) {
    out += fmt::format("{}", value.get<std::uint64_t>());
  } else if (value.is_number_integer()) {
    out += fmt::format("{}", value.get<std::int64_t>());
  } else {
    const double number = value.get<double>();
    constexpr double kExact = 9007199254740992.0;  // 2^53: beyond it a double has no integral text of its own
    if (!std::isfinite(number)) {
      out += "null";
    } else if (number == std::trunc(number) && std::abs(number) < kExact) {
      out += fmt::format("{}", static_cast<std::int64_t>(number));
    } else {
      out += fmt::format("{:.12g}", number);
    }
  }
}

void append_canonical(std::string& out, const Json& value) {
  switch (value.type()) {
    case Json::value_t::object: {
      out += '{';
      bool first = true;
      for (const auto& [key, item] : value.items()) {
        if (!first) out += ',';
        first = false;
        append_string(out, key);
        out += ':';
        append_canonical(out, item);
      }
      out += '}';
      break;
    }
    case Json::value_t::array: {
      out += '[';
      bool first = true;
      for (const auto& item : value) {
        if (!first) out += ',';
        first = false;
        append_canonical(out, item);
      }
      out += ']';
      break;
    }
    case Json::value_t::number_integer:
    case Json::value_t::number_unsigned:
    case Json::value_t::number_float:
      append_number(out, value);
      break;
    default:
      out += dump_json(value);
  }
}

}  // namespace

Result<Json> parse_json(std::string_view text) {
  // The library takes a NUL for the end of the text.
  if (const auto nul = text.find('\0'); nul != std::string_view::npos) {
    return Error{ErrorKind::protocol, "not valid JSON: it holds a NUL byte", "remove the NUL byte",
                 place_of(text, nul + 1)};
  }
  bool too_deep = false;
  const auto guard = [&too_deep](int depth, Json::parse_event_t event, Json&) {
    if ((event == Json::parse_event_t::object_start || event == Json::parse_event_t::array_start) &&
        depth >= kMaxJsonDepth) {
      too_deep = true;
      throw std::length_error("depth");
    }
    return true;
  };
  try {
    return Json::parse(text.begin(), text.end(), guard);
  } catch (const Json::parse_error& e) {
    return Error{ErrorKind::protocol, "not valid JSON", "check the text near this place with a JSON linter",
                 place_of(text, e.byte)};
  } catch (const Json::out_of_range&) {
    return Error{ErrorKind::protocol, "a number is too large for JSON", "write it as a string", {}};
  } catch (const std::length_error&) {
    return Error{ErrorKind::protocol,
                 fmt::format("JSON is nested more than {} levels deep", kMaxJsonDepth),
                 "flatten the value",
                 {}};
  }
}

std::string dump_json(const Json& value) {
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string canonical_json(const Json& value) {
  std::string out;
  append_canonical(out, value);
  return out;
}

}  // namespace assay
