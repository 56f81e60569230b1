#include "runner/text/template_parts.hpp"

#include <assay/text/template.hpp>
#include <assay/text/utf8.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

namespace assay::text {

namespace {

constexpr std::size_t kMaxSections = 32;  // nested; rendering recurses

struct Tag {
  std::size_t begin = 0;  // of `{{`
  std::size_t end = 0;    // after `}}`
  char sign = 0;          // '#' or '/', 0 for a variable
  TemplateName name;
};

// A section that is open: where, and what is collected so far.
struct OpenSection {
  std::size_t begin = 0;
  TemplateName name;
  std::vector<TemplatePart> body;
};

class Parser {
 public:
  explicit Parser(std::string_view source) : source_(source) { open_.emplace_back(); }

  // The parts, and whether they are the source itself.
  Result<std::pair<std::vector<TemplatePart>, bool>> run() {
    bool constant = true;
    for (std::size_t next = source_.find("{{", at_); next != std::string_view::npos; next = source_.find("{{", at_)) {
      constant = false;
      if (next > at_ && source_[next - 1] == '\\') {
        text_ += source_.substr(at_, next - 1 - at_);
        text_ += "{{";
        at_ = next + 2;
        continue;
      }
      const auto tag = read_tag(next);
      if (!tag) return tag.error();
      if (auto error = take(*tag)) return std::move(*error);
    }
    text_ += source_.substr(at_);
    flush();
    if (open_.size() > 1) {
      return fault(open_.back().begin, fmt::format("the section {} is never closed", in_quotes(open_.back().name.text)),
                   fmt::format("write {{{{/{}}}}} where it ends", excerpt(open_.back().name.text)));
    }
    return std::pair{std::move(open_.back().body), constant};
  }

 private:
  Error fault(std::size_t at, std::string message, std::string hint) const {
    return Error{ErrorKind::invalid, std::move(message), std::move(hint),
                 Place{{}, 0, 1 + static_cast<int>(count_chars(source_.substr(0, at)))}};
  }

  Result<Tag> read_tag(std::size_t begin) const {
    const std::string shown = in_quotes(source_.substr(begin, 200), 30);
    const std::string_view rest = source_.substr(begin + 2);
    const std::size_t close = rest.find("}}");
    const std::size_t stop = rest.find_first_of("{\n");
    if (rest.starts_with('{')) {
      return fault(begin, "'{{{' is not read", "write {{name}}: values are never escaped; \\{{ is a literal '{{'");
    }
    if (close == std::string_view::npos || close > stop) {
      return fault(begin, "a '{{' is never closed: " + shown, "close it with '}}', or write \\{{ for a literal '{{'");
    }
    Tag tag{.begin = begin, .end = begin + 2 + close + 2};
    std::string_view name = trim(rest.substr(0, close));
    constexpr std::string_view kOthers = "^!>&=";
    if (!name.empty() && kOthers.find(name[0]) != std::string_view::npos) {
      return fault(begin, fmt::format("{} is not read", shown),
                   "there are {{name}} and {{#list}}…{{/list}}; \\{{ is a literal '{{'");
    }
    if (!name.empty() && (name[0] == '#' || name[0] == '/')) {
      tag.sign = name[0];
      name = trim(name.substr(1));
    }
    auto parsed = read_name(name);
    if (!parsed) {
      return fault(begin, "not the name of a variable: " + shown,
                   "write {{name}} or {{name.part}}, or \\{{ for a literal '{{'");
    }
    tag.name = std::move(*parsed);
    return tag;
  }

  static std::optional<TemplateName> read_name(std::string_view text) {
    TemplateName name{.text = std::string(text)};
    if (text == ".") return name;
    std::size_t begin = 0;
    while (true) {
      const std::size_t dot = text.find('.', begin);
      const std::string_view segment = text.substr(begin, dot - begin);
      if (segment.empty() || segment.find('}') != std::string_view::npos) return std::nullopt;
      name.segments.emplace_back(segment);
      if (dot == std::string_view::npos) return name;
      begin = dot + 1;
    }
  }

  std::optional<Error> take(const Tag& tag) {
    const auto [begin, end] = tag.sign == 0 ? std::pair{tag.begin, tag.end} : whole_line(tag);
    text_ += source_.substr(at_, begin - at_);
    at_ = end;
    if (tag.sign == '/') return close(tag);
    flush();
    if (tag.sign == 0) {
      open_.back().body.push_back({tag.name});
    } else if (open_.size() > kMaxSections) {
      return fault(tag.begin, fmt::format("sections are nested more than {} deep", kMaxSections), "flatten them");
    } else {
      open_.push_back({tag.begin, tag.name, {}});
    }
    return std::nullopt;
  }

  std::optional<Error> close(const Tag& tag) {
    if (open_.size() == 1) {
      return fault(tag.begin,
                   fmt::format("{} closes no section", in_quotes(source_.substr(tag.begin, tag.end - tag.begin))),
                   fmt::format("write {{{{#{}}}}} where it begins", excerpt(tag.name.text)));
    }
    if (open_.back().name.text != tag.name.text) {
      return fault(
          tag.begin,
          fmt::format("the section {} is closed by {}", in_quotes(open_.back().name.text), in_quotes(tag.name.text)),
          fmt::format("write {{{{/{}}}}} first", excerpt(open_.back().name.text)));
    }
    flush();
    OpenSection section = std::move(open_.back());
    open_.pop_back();
    open_.back().body.push_back({TemplateSection{std::move(section.name), std::move(section.body)}});
    return std::nullopt;
  }

  // The range that a section tag takes out of the text: with its line, if it stands alone on it.
  std::pair<std::size_t, std::size_t> whole_line(const Tag& tag) const {
    std::size_t begin = tag.begin;
    while (begin > at_ && (source_[begin - 1] == ' ' || source_[begin - 1] == '\t')) --begin;
    std::size_t end = std::min(source_.find_first_not_of(" \t", tag.end), source_.size());
    const bool starts_line = begin == 0 || source_[begin - 1] == '\n';
    const std::string_view rest = source_.substr(end);
    const bool ends_line = rest.empty() || rest[0] == '\n' || rest.starts_with("\r\n");
    if (!starts_line || !ends_line || (begin == 0 && rest.empty())) return {tag.begin, tag.end};
    if (!rest.empty()) end += rest[0] == '\n' ? 1 : 2;
    return {begin, end};
  }

  void flush() {
    if (text_.empty()) return;
    open_.back().body.push_back({std::move(text_)});
    text_.clear();
  }

  std::string_view source_;
  std::size_t at_ = 0;
  std::string text_;
  std::vector<OpenSection> open_;  // the first is the template itself
};

void add_name(std::vector<std::string>& names, const TemplateName& name) {
  if (name.segments.empty() || name.text == "id" || name.text == "row") return;
  if (std::ranges::find(names, name.segments[0]) == names.end()) names.push_back(name.segments[0]);
}

void add_names(std::vector<std::string>& names, const std::vector<TemplatePart>& parts) {
  for (const TemplatePart& part : parts) {
    if (const auto* name = std::get_if<TemplateName>(&part.part)) add_name(names, *name);
    if (const auto* section = std::get_if<TemplateSection>(&part.part)) {
      add_name(names, section->name);
      add_names(names, section->body);
    }
  }
}

}  // namespace

Template::Template() : parts_(std::make_shared<const Parts>()) {}

Result<Template> Template::parse(std::string_view source) {
  auto parsed = Parser(source).run();
  if (!parsed) return parsed.error();
  Template made;
  made.parts_ = std::make_shared<const Parts>(Parts{std::move(parsed->first), parsed->second});
  return made;
}

Result<Template> Template::parse(const Node& node) {
  if (node.is_null()) return Template();
  if (!node.is_scalar()) {
    return Error{ErrorKind::invalid, "a template must be text, found " + describe(node), "write one text",
                 node.place()};
  }
  auto made = parse(std::string_view(node.scalar));
  if (made) return made;
  Error error = made.error();
  error.at = node.place();
  return error;
}

bool Template::constant() const {
  return parts_->constant;
}

std::vector<std::string> Template::variables() const {
  std::vector<std::string> names;
  add_names(names, parts_->parts);
  return names;
}

namespace {

std::optional<Error> collect(const Node& node, const Json::json_pointer& at, std::vector<PlacedTemplate>& into) {
  if (node.is_scalar() && node.scalar.find("{{") != std::string::npos) {
    auto made = Template::parse(node);
    if (!made) return made.error();
    into.push_back({at, *std::move(made)});
  }
  for (std::size_t i = 0; i < node.items.size(); ++i) {
    if (auto error = collect(node.items[i], at / i, into)) return error;
  }
  for (const auto& [key, value] : node.entries) {
    if (auto error = collect(value, at / key.scalar, into)) return error;
  }
  return std::nullopt;
}

}  // namespace

Result<std::vector<PlacedTemplate>> templates_in(const Node& value) {
  std::vector<PlacedTemplate> found;
  if (auto error = collect(value, Json::json_pointer(), found)) return *std::move(error);
  return found;
}

}  // namespace assay::text
