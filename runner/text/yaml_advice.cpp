#include "runner/text/yaml_advice.hpp"

#include "runner/text/decode.hpp"

#include <assay/text/utf8.hpp>

#include <fmt/format.h>

#include <array>

namespace assay::text {

namespace {

struct Row {
  std::string_view prefix;  // of yaml-cpp's message
  Advice::Where where;
  std::string_view message;
  std::string_view hint;
};

using Where = Advice::Where;

constexpr std::array kRows{
    Row{"end of map flow not found", Where::innermost, "a '{' is never closed", "close it with '}'"},
    Row{"end of sequence flow not found", Where::innermost, "a '[' is never closed", "close it with ']'"},
    Row{"end of map not found", Where::mark, "this line does not fit the mapping above it",
        "check its indentation, and write '' for a quote inside '…'"},
    Row{"end of sequence not found", Where::mark, "this line does not fit the list above it",
        "check its indentation, and write '' for a quote inside '…'"},
    Row{"illegal map value", Where::mark, "a ':' cannot stand here",
        "put text that holds ': ' in quotes, and check the indentation of this line and the one above"},
    Row{"illegal map key", Where::mark, "a key cannot stand here", "write the mapping on lines of its own"},
    Row{"illegal block entry", Where::mark, "a list item '- ' cannot stand here",
        "start the list on a line of its own"},
    Row{"illegal flow end", Where::mark, "this bracket closes nothing", "remove it, or put the text in quotes"},
    Row{"illegal EOF in scalar", Where::last, "a quote that is opened after this place is never closed",
        "close it with the same quote sign"},
    Row{"illegal document indicator in scalar", Where::last, "a quote that is opened after this place is never closed",
        "close it with the same quote sign"},
    Row{"the referenced anchor is not defined", Where::mark, "this alias (`*name`) has no anchor (`&name`) before it",
        "put text that starts with '*' in quotes"},
    Row{"alias not found after *", Where::mark, "a '*' without a name", "put text that starts with '*' in quotes"},
    Row{"anchor not found after &", Where::mark, "a '&' without a name", "put text that starts with '&' in quotes"},
    Row{"illegal character found while scanning alias", Where::mark, "not the name of an alias",
        "put text that starts with '*' in quotes"},
    Row{"illegal character found while scanning anchor", Where::mark, "not the name of an anchor",
        "put text that starts with '&' in quotes"},
    Row{"invalid unicode", Where::mark, "this escape is no character of its own",
        "write the character itself; two \\u escapes do not make one, \\U0001f600 does"},
    Row{"bad character found while scanning hex number", Where::mark, "an escape with too few hex digits",
        "write \\x41, \\u00e9 or \\U0001f600, or use single quotes, where a backslash is just itself"},
    Row{"unexpected character in block scalar", Where::mark, "text after '|' or '>'",
        "start the text on the next line, or put it in quotes"},
    Row{"illegal tab when looking for indentation", Where::mark, "a tab in the indentation", "indent with spaces"},
};

bool indented_with_tab(std::string_view line) {
  const std::size_t text = line.find_first_not_of(" \t");
  return line.substr(0, text).find('\t') != std::string_view::npos;
}

std::string character_at(std::string_view line, std::size_t at) {
  return at < line.size() ? in_quotes(line.substr(at, decode(line, at).size)) : "this character";
}

}  // namespace

Advice advise(std::string_view message, std::string_view line, std::size_t at) {
  if (indented_with_tab(line)) return {Where::mark, "a tab in the indentation", "indent with spaces"};
  if (message.starts_with("unknown token")) {
    const bool within = at > 0 && std::string_view(" \t[{,").find(line[at - 1]) == std::string_view::npos;
    return {Where::mark, (within ? "text cannot hold " : "text cannot start with ") + character_at(line, at),
            "put the text in quotes"};
  }
  constexpr std::string_view kEscape = "unknown escape character: ";
  if (message.starts_with(kEscape)) {
    return {Where::mark, "unknown escape " + in_quotes("\\" + std::string(message.substr(kEscape.size()))),
            "write \\\\ for a backslash, or use single quotes, where a backslash is just itself"};
  }
  for (const Row& row : kRows) {
    if (message.starts_with(row.prefix)) return {row.where, std::string(row.message), std::string(row.hint)};
  }
  return {Where::mark, fmt::format("not valid YAML ({})", excerpt(message)),
          "check quotes, brackets and indentation near this place"};
}

}  // namespace assay::text
