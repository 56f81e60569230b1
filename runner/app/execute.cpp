#include "runner/app/execute.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <exception>

namespace assay::app {

namespace {

struct Lanes {
  std::vector<exec::Lane> lanes;
  std::vector<exec::Side> sides;
};

template <class T>
std::optional<T> lesser(const std::optional<T>& a, const std::optional<T>& b) {
  return a && b ? std::min(*a, *b) : a ? a : b;
}

// What both allow, where two targets name one endpoint and model.
exec::Limits stricter(const exec::Limits& a, const exec::Limits& b) {
  return {.concurrency = lesser(a.concurrency, b.concurrency),
          .most = std::min(a.most, b.most),
          .requests_per_minute = lesser(a.requests_per_minute, b.requests_per_minute),
          .tokens_per_minute = lesser(a.tokens_per_minute, b.tokens_per_minute),
          .max_tokens = lesser(a.max_tokens, b.max_tokens),
          .max_tokens_case = lesser(a.max_tokens_case, b.max_tokens_case)};
}

// Gives everybody who is asked a lane; whoever asks one endpoint for one model shares it, and so its limits.
class LaneMaker {
 public:
  exec::Peer peer(const Target& target, const Connection& connection, Recall* recall) {
    return {.name = target.name,
            .recall = recall,
            .endpoint = connection.endpoint.get(),
            .lane = lane_of(target),
            .retries = target.retries,
            .price = target.price,
            .params = dump_json(target.params)};
  }
  std::vector<exec::Lane> take() { return std::move(lanes_); }

 private:
  std::size_t lane_of(const Target& target) {
    const std::pair asked(target.url, target.model);
    const auto at = static_cast<std::size_t>(std::find(known_.begin(), known_.end(), asked) - known_.begin());
    if (at == known_.size()) {
      known_.push_back(asked);
      lanes_.push_back({target.name, target.limits});
    } else {
      lanes_[at].limits = stricter(lanes_[at].limits, target.limits);
    }
    return at;
  }

  std::vector<exec::Lane> lanes_;
  std::vector<std::pair<std::string, std::string>> known_;
};

Lanes make_lanes(std::span<const ExecuteSide> sides, const std::deque<Asked>& asked) {
  Lanes out;
  LaneMaker maker;
  for (const auto& side : sides) {
    out.sides.push_back({.journal = side.writer, .target = maker.peer(*side.target, *side.connection, side.recall)});
  }
  for (const auto& each : asked) {
    const auto peer = maker.peer(each.target, each.connection, each.recall.get());
    for (auto& side : out.sides) side.judges.push_back(peer);
  }
  out.lanes = maker.take();
  return out;
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
      progress_.draw(runner_.in_flight(), runner_.limit());
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

Result<Execution> execute(std::span<const ExecuteSide> sides, const std::deque<Asked>& asked, ExecuteOptions options,
                          exec::UnitSource& source, boost::asio::io_context& loop, Console& console) {
  auto [lanes, exec_sides] = make_lanes(sides, asked);
  Prices prices{.target = sides[0].target->price, .judges = {}};
  for (const auto& each : asked) {
    if (each.target.price) prices.judges.emplace(each.target.name, *each.target.price);
  }
  Progress progress(console, options.progress, options.planned, options.finished, std::move(prices));
  if (options.standing) progress.follow(std::move(options.standing));
  exec::RunOptions run;
  run.seed = options.seed;
  run.budget = options.budget;
  run.spent_usd = options.spent_usd;
  run.spent_tokens = options.spent_tokens;
  run.max_time = options.max_time;
  run.warmup = std::move(options.warmup);
  exec::Observer observer;
  observer.abandon = [&] {
    const auto cancel = [](const Connection& connection) {
      if (connection.cancel) connection.cancel();
    };
    for (const auto& side : sides) cancel(*side.connection);
    for (const auto& each : asked) cancel(each.connection);
  };
  observer.finished = [&](const Sample& sample, std::uint32_t) { progress.add(sample); };
  observer.limit_changed = [&](const exec::LimitChange& change) {
    const store::LimitRow row{change.target, change.at, change.limit, change.in_flight,
                              std::string(exec::name(change.cause))};
    const bool of_judge = std::none_of(sides.begin(), sides.end(),
                                       [&](const ExecuteSide& side) { return side.target->name == change.target; });
    for (const auto& side : sides) {
      if (of_judge || side.target->name == change.target) side.writer->limited(row);
    }
  };
  exec::Runner runner(std::move(lanes), std::move(exec_sides), source, std::move(run), std::move(observer));
  return LoopRun(loop, runner, progress).run();
}

}  // namespace assay::app
