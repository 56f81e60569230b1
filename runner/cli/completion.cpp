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

// A line for each command that has commands of its own, such as `baseline`.
std::string commands_below(const CLI::App& app, std::string_view line) {
  std::string out;
  for (const auto* command : commands(app)) {
    std::string names;
    for (const auto* below : commands(*command)) names += (names.empty() ? "" : " ") + below->get_name();
    if (!names.empty()) out += fmt::format(fmt::runtime(line), command->get_name(), names);
  }
  return out;
}

// A line for each command by what is typed: `"baseline set"*`, then `"baseline "*`, with its options.
std::string options_of_all(const CLI::App& app, std::string_view line) {
  std::string out;
  const auto add = [&](const std::string& typed, const CLI::App& command) {
    out += fmt::format(fmt::runtime(line), typed, fmt::join(options(command), " "));
  };
  for (const auto* command : commands(app)) {
    for (const auto* below : commands(*command)) add(command->get_name() + " " + below->get_name(), *below);
    add(command->get_name() + " ", *command);
  }
  return out;
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
  for (const auto* command : commands(app)) names += command->get_name() + " ";
  return fmt::format(
      "# bash completion for assay: source <(assay completion bash)\n"
      "_assay() {{\n"
      "  local current=\"${{COMP_WORDS[COMP_CWORD]}}\" words=\"\"\n"
      "  if [ \"$COMP_CWORD\" -eq 1 ]; then\n"
      "    words=\"{}--help --version\"\n"
      "  elif [ \"$COMP_CWORD\" -eq 2 ] && [[ \"$current\" != -* ]]; then\n"
      "    case \"${{COMP_WORDS[1]}}\" in\n"
      "{}"
      "    esac\n"
      "  elif [[ \"$current\" == -* ]]; then\n"
      "    case \"${{COMP_WORDS[1]}} ${{COMP_WORDS[2]}}\" in\n"
      "{}"
      "    esac\n"
      "  fi\n"
      "  if [ -n \"$words\" ]; then\n"
      "    COMPREPLY=($(compgen -W \"$words\" -- \"$current\"))\n"
      "  else\n"
      "    COMPREPLY=($(compgen -f -- \"$current\"))\n"
      "  fi\n"
      "}}\n"
      "complete -o filenames -F _assay assay\n",
      names, commands_below(app, "      {}) words=\"{}\" ;;\n"),
      options_of_all(app, "      \"{}\"*) words=\"{}\" ;;\n"));
}

std::string zsh_completion(const CLI::App& app) {
  std::string names;
  for (const auto* command : commands(app)) {
    names +=
        fmt::format("    '{}:{}'\n", command->get_name(), single_quoted(first_sentence(command->get_description())));
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
      "    case \"$CURRENT $words[2]\" in\n{}"
      "      *) _files ;;\n"
      "    esac\n"
      "    return\n"
      "  fi\n"
      "  case \"$words[2] $words[3]\" in\n{}"
      "  esac\n"
      "}}\n"
      "if [ \"$funcstack[1]\" = _assay ]; then _assay \"$@\"; else compdef _assay assay; fi\n",
      names, commands_below(app, "      \"3 {}\") compadd -- {} ;;\n"),
      options_of_all(app, "    \"{}\"*) compadd -- {} ;;\n"));
}

}  // namespace assay::cli
