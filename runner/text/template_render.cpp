#include "runner/text/template_parts.hpp"

#include <assay/text/reader.hpp>
#include <assay/text/template.hpp>
#include <assay/text/utf8.hpp>

#include <fmt/format.h>

#include <charconv>
#include <optional>
#include <utility>

namespace assay::text {

namespace {

constexpr std::size_t kMaxSteps = 10'000'000;  // parts visited: nested sections multiply, even where nothing comes out

// What a section is over at this moment. `row` is the item's number from 1, 0 over a value that is no list.
struct Frame {
  const Json* item = nullptr;
  std::uint64_t row = 0;
};

const Json* step(const Json& value, const std::string& segment) {
  if (value.is_object()) {
    const auto found = value.find(segment);
    return found == value.end() ? nullptr : &*found;
  }
  if (!value.is_array()) return nullptr;
  std::size_t index = 0;
  const char* const end = segment.data() + segment.size();
  const auto [stop, ec] = std::from_chars(segment.data(), end, index);
  return ec == std::errc{} && stop == end && index < value.size() ? &value[index] : nullptr;
}

bool is_nothing(const Json& value) {
  return value.is_null() || (value.is_boolean() && !value.get<bool>()) || (value.is_array() && value.empty()) ||
         (value.is_string() && value.get_ref<const std::string&>().empty());
}

class Renderer {
 public:
  explicit Renderer(const Scope& scope) : scope_(scope) {}

  std::optional<Error> render(const std::vector<TemplatePart>& parts) {
    for (const TemplatePart& part : parts) {
      if (++steps_ > kMaxSteps || out_.size() > Template::kMaxRendered) return too_large();
      std::optional<Error> error;
      if (const auto* text = std::get_if<std::string>(&part.part)) {
        out_ += *text;
      } else if (const auto* name = std::get_if<TemplateName>(&part.part)) {
        error = variable(*name);
      } else {
        error = section(std::get<TemplateSection>(part.part));
      }
      if (error) return error;
    }
    return std::nullopt;
  }

  Result<std::string> take() {
    if (out_.size() > Template::kMaxRendered) return too_large();
    return std::move(out_);
  }

  // The value of a name; what is built in is kept in `built_in_`.
  Result<const Json*> find(const TemplateName& name) {
    if (name.segments.empty()) {
      if (!frames_.empty()) return frames_.back().item;
      return Error{ErrorKind::invalid, who() + "'{{.}}' stands in no section", "write {{#list}}{{.}}{{/list}}"};
    }
    for (auto frame = frames_.rbegin(); frame != frames_.rend(); ++frame) {
      const auto found = look_in(*frame->item, name);
      if (found) return *found;
      if (found.error().kind != ErrorKind::not_found) return found.error();
      if (frame->row != 0 && name.text == "row") return keep(frame->row);
    }
    const auto found = look_in(scope_.vars, name);
    if (found) return *found;
    if (found.error().kind != ErrorKind::not_found) return found.error();
    if (name.text == "row" && scope_.row != 0) return keep(scope_.row);
    if (name.text == "id" && !scope_.id.empty()) return keep(scope_.id);
    return missing(name);
  }

 private:
  // `not_found` if the value has no such name, so that the search goes on outside; `invalid` if only a part of the path
  // is there.
  Result<const Json*> look_in(const Json& value, const TemplateName& name) const {
    if (name.segments.size() > 1 && value.is_object()) {
      const auto whole = value.find(name.text);
      if (whole != value.end()) return &*whole;
    }
    const Json* at = step(value, name.segments[0]);
    if (at == nullptr) return Error{ErrorKind::not_found, {}};
    std::string path = name.segments[0];
    for (std::size_t i = 1; i < name.segments.size(); ++i) {
      const Json* const next = step(*at, name.segments[i]);
      if (next == nullptr) return broken(name, path, *at);
      at = next;
      path += '.' + name.segments[i];
    }
    return at;
  }

  const Json* keep(Json value) {
    built_in_ = std::move(value);
    return &built_in_;
  }

  std::optional<Error> variable(const TemplateName& name) {
    const auto value = find(name);
    if (!value) return value.error();
    if ((*value)->is_string()) {
      out_ += (*value)->get_ref<const std::string&>();
    } else if (!(*value)->is_null()) {
      out_ += dump_json(**value);
    }
    return std::nullopt;
  }

  std::optional<Error> section(const TemplateSection& section) {
    const auto found = find(section.name);
    if (!found) return found.error();
    if (is_nothing(**found)) return std::nullopt;
    const Json own = *found == &built_in_ ? built_in_ : Json();  // the body may look up another built-in value
    const Json& value = *found == &built_in_ ? own : **found;
    if (!value.is_array()) return render_with({&value, 0}, section);
    std::uint64_t row = 0;
    for (const Json& item : value) {
      if (auto error = render_with({&item, ++row}, section)) return error;
    }
    return std::nullopt;
  }

  std::optional<Error> render_with(const Frame& frame, const TemplateSection& section) {
    frames_.push_back(frame);
    ++steps_;
    auto error = render(section.body);
    frames_.pop_back();
    return error;
  }

  std::string who() const {
    if (!scope_.id.empty()) return fmt::format("case {}: ", in_quotes(scope_.id));
    return scope_.row != 0 ? fmt::format("row {}: ", scope_.row) : std::string();
  }

  Error too_large() const {
    return Error{ErrorKind::invalid, who() + fmt::format("the text grows beyond {} bytes", Template::kMaxRendered),
                 "check the nested sections and the lists they repeat over"};
  }

  Error missing(const TemplateName& name) const {
    std::vector<std::string> names;
    const auto add = [&names](const Json& value) {
      if (!value.is_object()) return;
      for (const auto& [key, item] : value.items()) names.push_back(key);
    };
    for (auto frame = frames_.rbegin(); frame != frames_.rend(); ++frame) add(*frame->item);
    add(scope_.vars);
    std::string hint = names.empty() ? "the case has no variables" : suggest(name.text, names, "variables");
    return Error{ErrorKind::invalid, fmt::format("{}no variable {}", who(), in_quotes(name.text)), std::move(hint)};
  }

  Error broken(const TemplateName& name, const std::string& path, const Json& at) const {
    std::vector<std::string> names;
    if (at.is_object()) {
      for (const auto& [key, item] : at.items()) names.push_back(path + '.' + key);
    }
    std::string hint = suggest(name.text, names, "it has");
    if (at.is_array()) {
      hint = at.empty() ? fmt::format("{} is an empty list", in_quotes(path))
                        : fmt::format("{} is a list: its items are 0 to {}", in_quotes(path), at.size() - 1);
    } else if (hint.empty()) {
      hint = fmt::format("{} is {}", in_quotes(path), at.is_object() ? "empty" : in_quotes(dump_json(at)));
    }
    return Error{ErrorKind::invalid, fmt::format("{}no variable {}", who(), in_quotes(name.text)), std::move(hint)};
  }

  const Scope& scope_;
  std::string out_;
  std::vector<Frame> frames_;
  Json built_in_;
  std::size_t steps_ = 0;
};

}  // namespace

Result<std::string> Template::render(const Scope& scope) const {
  Renderer renderer(scope);
  if (auto error = renderer.render(parts_->parts)) return std::move(*error);
  return renderer.take();
}

Result<Json> Template::value(const Scope& scope) const {
  const auto& parts = parts_->parts;
  if (parts.size() == 1) {
    if (const auto* name = std::get_if<TemplateName>(&parts[0].part)) {
      Renderer renderer(scope);
      const auto found = renderer.find(*name);
      if (!found) return found.error();
      return **found;
    }
  }
  auto text = render(scope);
  if (!text) return text.error();
  return Json(std::move(*text));
}

}  // namespace assay::text
