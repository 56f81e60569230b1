#include "judges/json_schema/uri.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>

namespace assay::judges::schema {

namespace {

struct Uri {
  std::optional<std::string> scheme;
  std::optional<std::string> authority;
  std::string path;
  std::optional<std::string> query;
  std::optional<std::string> fragment;
};

bool is_scheme(std::string_view text) {
  if (text.empty() || std::isalpha(static_cast<unsigned char>(text.front())) == 0) return false;
  for (const char c : text) {
    if (std::isalnum(static_cast<unsigned char>(c)) == 0 && c != '+' && c != '-' && c != '.') return false;
  }
  return true;
}

Uri parse(std::string_view text) {
  Uri uri;
  if (const auto hash = text.find('#'); hash != std::string_view::npos) {
    uri.fragment = std::string(text.substr(hash + 1));
    text = text.substr(0, hash);
  }
  if (const auto mark = text.find('?'); mark != std::string_view::npos) {
    uri.query = std::string(text.substr(mark + 1));
    text = text.substr(0, mark);
  }
  if (const auto colon = text.find(':'); colon != std::string_view::npos && is_scheme(text.substr(0, colon))) {
    uri.scheme = std::string(text.substr(0, colon));
    text.remove_prefix(colon + 1);
  }
  if (text.starts_with("//")) {
    text.remove_prefix(2);
    const auto slash = text.find('/');
    uri.authority = std::string(text.substr(0, slash));
    text = slash == std::string_view::npos ? std::string_view{} : text.substr(slash);
  }
  uri.path = std::string(text);
  return uri;
}

std::string compose(const Uri& uri) {
  std::string text;
  if (uri.scheme) text += *uri.scheme + ":";
  if (uri.authority) text += "//" + *uri.authority;
  text += uri.path;
  if (uri.query) text += "?" + *uri.query;
  if (uri.fragment) text += "#" + *uri.fragment;
  return text;
}

// RFC 3986, 5.2.4, on whole segments.
std::string remove_dots(std::string_view path) {
  const bool rooted = path.starts_with('/');
  std::vector<std::string_view> kept;
  bool ends_in_folder = false;
  while (!path.empty()) {
    if (path.starts_with('/')) path.remove_prefix(1);
    const auto segment = path.substr(0, path.find('/'));
    path.remove_prefix(segment.size());
    ends_in_folder = segment == "." || segment == "..";
    if (segment == ".." && !kept.empty()) kept.pop_back();
    if (!ends_in_folder) kept.push_back(segment);
  }
  std::string result;
  for (std::size_t i = 0; i < kept.size(); ++i) {
    if (i > 0 || rooted) result += '/';
    result += kept[i];
  }
  if (ends_in_folder && (!kept.empty() || rooted)) result += '/';
  return result;
}

std::string merge(const Uri& base, const std::string& path) {
  if (base.authority && base.path.empty()) return "/" + path;
  const auto slash = base.path.rfind('/');
  return slash == std::string::npos ? path : base.path.substr(0, slash + 1) + path;
}

}  // namespace

std::string resolve_uri(std::string_view base_text, std::string_view reference) {
  Uri target = parse(reference);
  if (target.scheme || base_text.empty()) return compose(target);
  const Uri base = parse(base_text);
  target.scheme = base.scheme;
  if (target.authority) return compose(target);
  target.authority = base.authority;
  if (target.path.empty()) {
    target.path = base.path;
    if (!target.query) target.query = base.query;
  } else if (target.path.front() == '/') {
    target.path = remove_dots(target.path);
  } else {
    target.path = remove_dots(merge(base, target.path));
  }
  return compose(target);
}

std::pair<std::string, std::string> split_fragment(std::string_view uri) {
  const auto hash = uri.find('#');
  if (hash == std::string_view::npos) return {std::string(uri), {}};
  return {std::string(uri.substr(0, hash)), std::string(uri.substr(hash + 1))};
}

std::string percent_decode(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    unsigned value = 0;
    const char* const end = text.data() + std::min(i + 3, text.size());
    if (text[i] == '%' && i + 2 < text.size() && std::from_chars(text.data() + i + 1, end, value, 16).ptr == end) {
      out += static_cast<char>(value);
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

std::optional<std::vector<std::string>> split_pointer(std::string_view pointer) {
  std::vector<std::string> segments;
  if (pointer.empty()) return segments;
  if (pointer.front() != '/') return std::nullopt;
  for (std::size_t i = 0; i < pointer.size(); ++i) {
    if (pointer[i] == '/') {
      segments.emplace_back();
    } else if (pointer[i] == '~' && i + 1 < pointer.size() && (pointer[i + 1] == '0' || pointer[i + 1] == '1')) {
      segments.back() += pointer[++i] == '0' ? '~' : '/';
    } else {
      segments.back() += pointer[i];
    }
  }
  return segments;
}

std::string escape_segment(std::string_view segment) {
  std::string out;
  for (const char c : segment) {
    if (c == '~') {
      out += "~0";
    } else if (c == '/') {
      out += "~1";
    } else {
      out += c;
    }
  }
  return out;
}

}  // namespace assay::judges::schema
