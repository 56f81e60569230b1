#include "runner/app/asked.hpp"

#include "runner/app/record.hpp"

#include <algorithm>
#include <thread>

namespace assay::app {

namespace {

// A program runs here, so that more of them at once than the machine has cores gain nothing.
Target target_of(const Program& program) {
  Target target;
  target.name = program.name;
  target.api = kCommand;
  target.model = program.name;
  target.command = program.command;
  target.limits.concurrency = std::max(2U, std::thread::hardware_concurrency());
  target.retries.max = 1;  // what hangs once, as a rule hangs again
  return target;
}

Result<Connection> connect_one(const Asked& asked, const Program* program, const Wiring& wiring) {
  if (wiring.settings.replay) return Connection{};
  if (program != nullptr) return connect(*program, wiring);
  const auto& limits = asked.target.limits;
  return connect(asked.target, wiring, limits.concurrency.value_or(limits.most));
}

}  // namespace

std::vector<std::string> suite_ids(const Plan& plan) {
  std::vector<std::string> ids;
  for (const auto& planned : plan.suites) ids.push_back(planned.suite.id);
  return ids;
}

Result<std::deque<Asked>> connect_asked(const Plan& plan, const Wiring& wiring, cassette::Cassette* cassette) {
  std::deque<Asked> all;
  const auto add = [&](Target target, const Program* program) -> Result<void> {
    Asked asked{.target = std::move(target)};
    auto connection = connect_one(asked, program, wiring);
    if (!connection) return connection.error();
    asked.connection = *std::move(connection);
    if (cassette != nullptr) {
      asked.recall =
          cassette->recall(peer_of(asked.target.api, asked.target.shown_url, asked.target.model), suite_ids(plan),
                           wiring.settings.replay ? cassette::Missing::is_an_error : cassette::Missing::is_sent);
    }
    all.push_back(std::move(asked));
    return {};
  };
  for (const auto& judge : wiring.settings.judges) {
    if (const auto added = add(judge, nullptr); !added) return added.error();
  }
  for (const auto& program : plan.programs) {
    if (const auto added = add(target_of(program), &program); !added) return added.error();
  }
  return all;
}

}  // namespace assay::app
