#include "tests/integration/harness.hpp"

#include <assay/endpoints/openai_chat.hpp>
#include <assay/judges/checks.hpp>
#include <assay/text/node.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <algorithm>
#include <stdexcept>

namespace assay::integration {

namespace {

using test::TempDir;

template <class T>
T must(Result<T> result) {
  if (!result) throw std::runtime_error(to_string(result.error()));
  return *std::move(result);
}

std::shared_ptr<const CompiledCheck> wants_ok() {
  Diagnostics diagnostics;
  auto check = judges::compile("equals", text::from_json(Json("ok"), {}), {}, judges::CompileEnv{}, diagnostics);
  if (check == nullptr) throw std::runtime_error(to_string(diagnostics.errors().front()));
  return check;
}

class Cases : public exec::UnitSource {
 public:
  explicit Cases(const RunSetup& setup) : setup_(setup) {}

  Result<std::optional<WorkUnit>> next() override {
    if (next_ == setup_.cases * setup_.samples) return std::optional<WorkUnit>{};
    const auto ordinal = next_ / setup_.samples;
    const auto sample = next_ % setup_.samples;
    ++next_;
    auto kase = std::make_shared<PlannedCase>();
    kase->id = "case-" + std::to_string(ordinal + 1);
    kase->digest = "sha256:" + std::to_string(ordinal);
    kase->vars = Json::object();
    kase->row = ordinal + 1;
    kase->messages = {{Author::user, {Text{"Question " + std::to_string(ordinal + 1) + "?"}}}};
    kase->checks = {check_};
    return std::optional(WorkUnit{{0, ordinal, sample}, std::move(kase)});
  }

 private:
  const RunSetup& setup_;
  std::shared_ptr<const CompiledCheck> check_ = wants_ok();
  std::uint32_t next_ = 0;
};

store::RunHeader header_of(const RunSetup& setup) {
  store::RunHeader header;
  header.id = "r1";
  header.started = wall_now();
  header.target = "stub";
  header.model = "m";
  header.concurrency = setup.concurrency;
  header.policy = "{}";
  header.options = "{}";
  store::StoredSuite suite;
  suite.id = "numbered";
  suite.digest = "sha256:s";
  suite.planned = std::uint64_t{setup.cases} * setup.samples;
  suite.metrics = {{"equals", Unit::share, Direction::up}};
  header.suites = {suite};
  return header;
}

std::shared_ptr<const stub::Script> script_of(const TempDir& dir, const std::string& yaml) {
  Diagnostics diagnostics;
  auto script = stub::load_script(dir.write("stub.yaml", yaml), diagnostics);
  if (script == nullptr) throw std::runtime_error(to_string(diagnostics.errors().front()));
  return script;
}

exec::RunSummary drive(const RunSetup& setup, Endpoint& endpoint, Journal& journal, boost::asio::io_context& loop) {
  Cases cases(setup);
  exec::Lane lane{.name = "stub", .limits = {}};
  lane.limits.concurrency = setup.concurrency;
  exec::Side side;
  side.journal = &journal;
  side.target.endpoint = &endpoint;
  side.target.retries = setup.retries;
  exec::Runner runner({lane}, {side}, cases, {}, {});
  exec::RunSummary summary;
  std::exception_ptr failure;
  boost::asio::co_spawn(loop, runner.run(), [&](const std::exception_ptr& e, exec::RunSummary s) {
    failure = e;
    summary = std::move(s);
    loop.stop();  // the server would keep it alive
  });
  loop.run();
  if (failure) std::rethrow_exception(failure);
  return summary;
}

}  // namespace

Ran run(const RunSetup& setup) {
  const TempDir dir;
  const auto store = must(store::Store::open(dir / "history.db"));
  boost::asio::io_context loop(1);
  const auto served = std::make_shared<stub::Served>();
  const auto server =
      must(net::serve(loop.get_executor(), setup.server, stub::make_handler(script_of(dir, setup.script), 1, served)));
  const auto client = must(net::make_http_client(loop.get_executor(), setup.client));
  endpoints::OpenAiChatOptions options;
  const auto scheme = setup.server.certificate ? "https" : "http";
  options.base_url =
      setup.url.empty() ? scheme + std::string("://127.0.0.1:") + std::to_string(server->port()) + "/v1" : setup.url;
  options.model = "m";
  options.stream = setup.stream;
  options.deadlines = setup.deadlines;
  const auto endpoint = must(endpoints::make_openai_chat(*client, std::move(options)));

  Ran ran;
  {
    const auto writer = must(store->start(header_of(setup), loop.get_executor()));
    ran.summary = drive(setup, *endpoint, *writer, loop);
    const auto closed = writer->close({.wall_s = 1});
    EXPECT_TRUE(closed) << to_string(closed.error());
  }
  const auto read = store->samples("r1", {.failures_first = false}, [&](const store::StoredSample& sample) {
    ran.samples.push_back(sample);
    return true;
  });
  EXPECT_TRUE(read) << to_string(read.error());
  std::sort(ran.samples.begin(), ran.samples.end(), [](const auto& a, const auto& b) { return a.unit < b.unit; });
  ran.evidence = must(store->evidence("r1", {}));
  ran.requests = served->requests;
  ran.connections = server->accepted();
  return ran;
}

const std::vector<Attempt>& attempts(const store::StoredSample& sample) {
  if (sample.transcript.steps.size() != 1) throw std::runtime_error("the sample has not exactly one call");
  return sample.transcript.steps.front().attempts;
}

const Error* error_of(const store::StoredSample& sample) {
  const auto* error = std::get_if<outcome::EndpointError>(&sample.outcome);
  return error == nullptr ? nullptr : &error->error;
}

const Response* response_of(const store::StoredSample& sample) {
  return last_answer(sample.transcript);
}

std::uint16_t closed_port() {
  boost::asio::io_context loop;
  const boost::asio::ip::tcp::acceptor acceptor(loop, {boost::asio::ip::make_address("127.0.0.1"), 0});
  return acceptor.local_endpoint().port();
}

}  // namespace assay::integration
