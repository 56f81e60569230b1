#include "runner/cli/completion.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace assay::cli {

namespace {

std::vector<const CLI::App*> commands(const CLI::App& app) {
  return app.get_subcommands([](const CLI::App*) { return true; });
}

// The long options of a command, `--help` included.
std::vector<std::string> options(const CLI::App& command) {
  std::vector<std::string> names;
  for (const auto* option : command.get_options()) {
    for (const auto& name : option->get_lnames()) names.push_back("--" + name);
  }
  return names;
}

std::string first_sentence(const std::string& text) {
  return text.substr(0, text.find_first_of(".\n"));
}

std::string single_quoted(std::string text) {
  for (std::size_t at = text.find('\''); at != std::string::npos; at = text.find('\'', at + 4)) {
    text.replace(at, 1, "'\\''");
  }
  return text;
}

}  // namespace

std::string bash_completion(const CLI::App& app) {
  std::string names;
  std::string cases;
  for (const auto* command : commands(app)) {
    names += command->get_name() + " ";
    cases += fmt::format("    {}) words=\"{}\" ;;\n", command->get_name(), fmt::join(options(*command), " "));
  }
  return fmt::format(
      "# bash completion for assay: source <(assay completion bash)\n"
      "_assay() {{\n"
      "  local current=\"${{COMP_WORDS[COMP_CWORD]}}\" words=\"\"\n"
      "  if [ \"$COMP_CWORD\" -eq 1 ]; then\n"
      "    COMPREPLY=($(compgen -W \"{}--help --version\" -- \"$current\"))\n"
      "    return\n"
      "  fi\n"
      "  case \"${{COMP_WORDS[1]}}\" in\n"
      "{}"
      "  esac\n"
      "  if [[ \"$current\" == -* ]]; then\n"
      "    COMPREPLY=($(compgen -W \"$words\" -- \"$current\"))\n"
      "  else\n"
      "    COMPREPLY=($(compgen -f -- \"$current\"))\n"
      "  fi\n"
      "}}\n"
      "complete -o filenames -F _assay assay\n",
      names, cases);
}

std::string zsh_completion(const CLI::App& app) {
  std::string names;
  std::string cases;
  for (const auto* command : commands(app)) {
    names +=
        fmt::format("    '{}:{}'\n", command->get_name(), single_quoted(first_sentence(command->get_description())));
    cases += fmt::format("    {}) compadd -- {} ;;\n", command->get_name(), fmt::join(options(*command), " "));
  }
  return fmt::format(
      "#compdef assay\n"
      "# zsh completion for assay: assay completion zsh > \"${{fpath[1]}}/_assay\"\n"
      "_assay() {{\n"
      "  local -a commands\n"
      "  commands=(\n{}  )\n"
      "  if (( CURRENT == 2 )); then\n"
      "    _describe command commands\n"
      "    return\n"
      "  fi\n"
      "  if [[ \"$PREFIX\" != -* ]]; then\n"
      "    _files\n"
      "    return\n"
      "  fi\n"
      "  case \"$words[2]\" in\n{}"
      "  esac\n"
      "}}\n"
      "if [ \"$funcstack[1]\" = _assay ]; then _assay \"$@\"; else compdef _assay assay; fi\n",
      names, cases);
}

}  // namespace assay::cli
