#include "runner/app/schema.hpp"

#include "runner/app/config.hpp"

#include <assay/gate/gate.hpp>
#include <assay/judges/checks.hpp>
#include <assay/stub/stub.hpp>
#include <assay/suites/suite.hpp>

#include <fmt/format.h>

namespace assay::app {

Result<OrderedJson> schema(const std::string& kind) {
  if (kind == "suite") {
    std::vector<suites::CheckSchema> checks;
    for (const auto& row : judges::check_table()) {
      checks.push_back({std::string(row.name), std::string(row.doc), judges::argument_schema(row)});
    }
    return suites::suite_schema(checks);
  }
  if (kind == "config") return config_schema();
  if (kind == "gate") return gate::policy_schema();
  if (kind == "waivers") return gate::waivers_schema();
  if (kind == "stub") return stub::script_schema();
  return Error{
      ErrorKind::usage, fmt::format("there is no schema '{}'", kind), "write suite, config, gate, waivers or stub", {}};
}

ExitCode print_schema(const std::string& kind, Console& console) {
  const auto found = schema(kind);
  if (!found) return fail(found.error(), console);
  console.out << found->dump(2) << '\n';
  return ExitCode::pass;
}

}  // namespace assay::app
