#include "runner/app/execute.hpp"

#include "runner/app/progress.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <sys/resource.h>

#include <csignal>
#include <cstdlib>
#include <exception>

namespace assay::app {

namespace {

// A slot needs a descriptor or two; the soft limit is often 1024.
void raise_descriptor_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

// The pieces of one run that live on the loop.
class LoopRun {
 public:
  LoopRun(boost::asio::io_context& loop, exec::Runner& runner, Progress& progress)
      : loop_(loop), runner_(runner), progress_(progress), signals_(loop, SIGINT, SIGTERM), timer_(loop) {}

  Result<Execution> run() {
    wait_for_signal();
    tick();
    const auto started = SteadyClock::now();
    std::exception_ptr failure;
    auto body = runner_.run();
    boost::asio::co_spawn(loop_, std::move(body), [&](const std::exception_ptr& e, exec::RunSummary summary) {
      failure = e;
      execution_.summary = std::move(summary);
      signals_.cancel();
      timer_.cancel();
      loop_.stop();  // a stub in-process would keep the loop alive
    });
    loop_.run();
    progress_.finish();
    if (failure) return Error{ErrorKind::internal, "the runner threw an exception", "report this as a bug", {}};
    execution_.wall_s = to_seconds(SteadyClock::now() - started);
    return std::move(execution_);
  }

 private:
  void wait_for_signal() {
    signals_.async_wait([this](const boost::system::error_code& error, int signal) {
      if (error) return;
      if (execution_.signal != 0) std::_Exit(128 + signal);
      execution_.signal = signal;
      runner_.stop();
      wait_for_signal();
    });
  }

  void tick() {
    timer_.expires_after(progress_.interval());
    timer_.async_wait([this](const boost::system::error_code& error) {
      if (error) return;
      progress_.draw();
      tick();
    });
  }

  boost::asio::io_context& loop_;
  exec::Runner& runner_;
  Progress& progress_;
  boost::asio::signal_set signals_;
  boost::asio::steady_timer timer_;
  Execution execution_;
};

}  // namespace

Result<Execution> execute(const Settings& settings, Connection& connection, const ExecuteOptions& options,
                          exec::UnitSource& source, Journal& journal, boost::asio::io_context& loop, Console& console) {
  raise_descriptor_limit();
  Progress progress(console, options.progress, options.planned, options.finished, settings.target.price);
  exec::RunOptions run;
  run.concurrency = settings.concurrency;
  run.seed = options.seed.value_or(0);
  run.price = settings.target.price;
  run.retries = settings.target.retries;
  exec::Observer observer;
  observer.abandon = [client = connection.client.get()] { client->cancel(); };
  observer.finished = [&progress](const Sample& sample) { progress.add(sample); };
  exec::Runner runner(*connection.endpoint, journal, source, run, std::move(observer));
  return LoopRun(loop, runner, progress).run();
}

}  // namespace assay::app
