#include <assay/core/digest.hpp>
#include <assay/text/file.hpp>
#include <assay/text/program.hpp>
#include <assay/text/utf8.hpp>

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

namespace assay::text {

namespace {

enum class Found { yes, no, not_runnable };

Found look_at(const std::filesystem::path& file) {
  std::error_code failed;
  if (!std::filesystem::is_regular_file(file, failed)) return Found::no;
  return ::access(file.c_str(), X_OK) == 0 ? Found::yes : Found::not_runnable;
}

Result<std::filesystem::path> at_path(const std::string& word, const std::filesystem::path& folder) {
  const auto file = std::filesystem::absolute(folder / word);
  switch (look_at(file)) {
    case Found::yes:
      return file;
    case Found::not_runnable:
      return Error{ErrorKind::invalid, fmt::format("the program {} may not be run", in_quotes(word, 200)),
                   "chmod +x it, or name its interpreter: `command: [python3, app.py]`"};
    case Found::no:
      break;
  }
  return Error{ErrorKind::invalid, fmt::format("there is no program {}", in_quotes(word, 200)),
               "a path is relative to the file that names it"};
}

}  // namespace

Result<std::filesystem::path> find_program(const std::string& word, const std::filesystem::path& folder,
                                           std::string_view search) {
  if (word.find('/') != std::string::npos) return at_path(word, folder);
  while (!word.empty() && !search.empty()) {
    const auto colon = std::min(search.find(':'), search.size());
    const auto file = std::filesystem::path(search.substr(0, colon)) / word;
    if (file.is_absolute() && look_at(file) == Found::yes) return file;
    search.remove_prefix(std::min(colon + 1, search.size()));
  }
  return Error{ErrorKind::invalid, fmt::format("there is no program {} in PATH", in_quotes(word, 200)),
               "write a command as a list, `command: [python3, app.py]`; a program beside the file is `./app`"};
}

Result<std::string> digest_beside(const std::vector<std::string>& command, const std::filesystem::path& folder) {
  std::string joined;
  for (std::size_t i = 0; i < command.size(); ++i) {
    const std::filesystem::path word(command[i]);
    const bool searched = i == 0 && command[i].find('/') == std::string::npos;
    std::error_code ignored;
    if (searched || word.empty() || word.is_absolute() || !std::filesystem::is_regular_file(folder / word, ignored))
      continue;
    const auto bytes = read_bytes(folder / word, 256u << 20);
    if (!bytes) return bytes.error();
    joined += fmt::format("{}:{};", i, to_string(sha256(*bytes)));
  }
  return joined.empty() ? "" : to_string(sha256(joined));
}

}  // namespace assay::text
