#include "runner/app/stub_server.hpp"

#include "runner/app/descriptors.hpp"

#include <assay/net/server.hpp>
#include <assay/stub/stub.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <fmt/format.h>

#include <csignal>
#include <utility>

namespace assay::app {

ExitCode serve_stub(const StubRequest& request, Console& console) {
  Diagnostics diagnostics;
  auto script = request.script ? stub::load_script(*request.script, diagnostics) : stub::default_script();
  print(diagnostics, console);
  if (script == nullptr) return ExitCode::usage;
  std::shared_ptr<stub::RequestLog> log;
  if (request.log) {
    auto opened = stub::RequestLog::open(*request.log);
    if (!opened) return fail(opened.error(), console);
    log = *std::move(opened);
  }

  (void)raise_descriptor_limit();
  boost::asio::io_context loop(1);
  auto served = std::make_shared<stub::Served>();
  net::ServerOptions options;
  options.host = request.host;
  options.port = request.port;
  auto handler = stub::make_handler(std::move(script), request.seed, served, log);
  auto server = net::serve(loop.get_executor(), options, std::move(handler));
  if (!server) return fail(server.error(), console);
  boost::asio::signal_set signals(loop, SIGINT, SIGTERM);
  signals.async_wait([&](const boost::system::error_code&, int) {
    (*server)->stop();
    loop.stop();
  });
  console.out << fmt::format("ready http://{}:{}/v1\n", request.host, (*server)->port()) << std::flush;
  loop.run();
  console.err << fmt::format("served {} requests, {} answers, {} faults, {} rejections\n", served->requests,
                             served->completions, served->faults, served->rejected);
  if (!log || log->lost() == 0) return ExitCode::pass;
  return fail(Error{ErrorKind::store, fmt::format("{} lines of the log could not be written", log->lost()),
                    "look for space on its disk"},
              console);
}

}  // namespace assay::app
