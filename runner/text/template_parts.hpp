#pragma once
/// The parsed form of a template.

#include <assay/text/template.hpp>

#include <string>
#include <variant>
#include <vector>

namespace assay::text {

/// A name as written and its dotted segments; `.` has none.
struct TemplateName {
  std::string text;
  std::vector<std::string> segments;
};

struct TemplatePart;

struct TemplateSection {
  TemplateName name;
  std::vector<TemplatePart> body;
};

struct TemplatePart {
  std::variant<std::string, TemplateName, TemplateSection> part;
};

struct Template::Parts {
  std::vector<TemplatePart> parts;
  bool constant = true;
};

}  // namespace assay::text
