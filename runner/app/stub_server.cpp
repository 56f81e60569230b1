#include "runner/app/stub_server.hpp"

#include <assay/net/server.hpp>
#include <assay/stub/stub.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <fmt/format.h>

#include <csignal>

namespace assay::app {

ExitCode serve_stub(const StubRequest& request, Console& console) {
  Diagnostics diagnostics;
  auto script = request.script ? stub::load_script(*request.script, diagnostics) : stub::default_script();
  print(diagnostics, console);
  if (script == nullptr) return ExitCode::usage;

  boost::asio::io_context loop(1);
  auto served = std::make_shared<stub::Served>();
  net::ServerOptions options;
  options.host = request.host;
  options.port = request.port;
  auto server = net::serve(loop.get_executor(), options, stub::make_handler(std::move(script), request.seed, served));
  if (!server) return fail(server.error(), console);
  boost::asio::signal_set signals(loop, SIGINT, SIGTERM);
  signals.async_wait([&](const boost::system::error_code&, int) {
    (*server)->stop();
    loop.stop();
  });
  console.out << fmt::format("ready http://{}:{}/v1\n", request.host, (*server)->port()) << std::flush;
  loop.run();
  console.err << fmt::format("served {} requests, {} answers, {} faults\n", served->requests, served->completions,
                             served->faults);
  return ExitCode::pass;
}

}  // namespace assay::app
