#include "tests/e2e/project.hpp"

#include <cstdlib>

namespace assay::e2e {

namespace {

std::vector<std::string> command_of(const std::vector<std::string>& arguments) {
  std::vector<std::string> command{program()};
  command.insert(command.end(), arguments.begin(), arguments.end());
  return command;
}

}  // namespace

Finished Project::assay(const std::vector<std::string>& arguments) const {
  return start(arguments)->wait();
}

std::unique_ptr<Process> Project::start(const std::vector<std::string>& arguments) const {
  return std::make_unique<Process>(command_of(arguments),
                                   ProcessOptions{.folder = folder_.path(), .environment = environment});
}

std::string program() {
  return ASSAY_PROGRAM;
}

std::string numbered_suite(int count, const std::string& more) {
  std::string suite = "version: 1\nsuite: numbered\nmessages:\n  - user: \"Question {{n}}?\"\n";
  suite += "defaults:\n  checks:\n    - equals: ok\n" + more + "cases:\n";
  for (int i = 1; i <= count; ++i) {
    const auto n = std::to_string(i);
    suite += "  - {id: case-" + n + ", vars: {n: " + n + "}}\n";
  }
  return suite;
}

Json json_of(const std::string& text) {
  auto json = Json::parse(text, nullptr, false);
  if (!json.is_discarded()) return json;
  ADD_FAILURE() << "this is no JSON: " << text;
  return nullptr;
}

}  // namespace assay::e2e
