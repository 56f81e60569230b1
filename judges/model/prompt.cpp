#include "judges/model/prompt.hpp"

#include "judges/embedded.hpp"

#include <assay/text/template.hpp>
#include <assay/text/utf8.hpp>

#include <fmt/format.h>

#include <optional>

namespace assay::judges {

namespace {

/// A message as its file has it.
struct Section {
  Author author = Author::user;
  std::string_view body;
};

std::optional<Author> author_of(std::string_view line) {
  if (line == "[system]") return Author::system;
  if (line == "[user]") return Author::user;
  return std::nullopt;
}

// What stands before the first section is a note to whoever reads the file.
std::vector<Section> sections_of(std::string_view file) {
  std::vector<Section> sections;
  for (std::size_t at = 0; at < file.size();) {
    const auto end = std::min(file.find('\n', at), file.size());
    const auto next = std::min(end + 1, file.size());
    if (const auto author = author_of(file.substr(at, end - at))) {
      sections.push_back({*author, file.substr(next, 0)});
    } else if (!sections.empty()) {
      auto& body = sections.back().body;
      body = {body.data(), body.size() + (next - at)};
    }
    at = next;
  }
  return sections;
}

Error bug_in(std::string_view name, const std::string& what) {
  return {ErrorKind::internal, fmt::format("the prompt '{}' cannot be used: {}", name, what), "please report this"};
}

}  // namespace

std::string_view prompt_text(std::string_view name) {
  return embedded_file(fmt::format("judges/model/prompts/{}.txt", name));
}

Result<std::vector<Message>> render_prompt(std::string_view name, const Json& vars) {
  std::vector<Message> messages;
  for (const auto& section : sections_of(prompt_text(name))) {
    const auto parsed = text::Template::parse(text::trim(section.body));
    if (!parsed) return bug_in(name, parsed.error().message);
    auto text = parsed->render({vars, name, 0});
    if (!text) return bug_in(name, text.error().message);
    messages.push_back({section.author, {Text{*std::move(text)}}});
  }
  return messages;
}

}  // namespace assay::judges
