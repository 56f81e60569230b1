#pragma once
/// The stub on a thread of its own, for programs under test: it counts, and it can be stepped in on.

#include <assay/net/server.hpp>

#include <boost/asio/io_context.hpp>

#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

namespace assay::test {

class StubThread {
 public:
  /// Called on the stub's thread with a request, how many came before, and what the script makes of it; may change
  /// that.
  using Hook = std::function<void(const net::ServerRequest& request, std::uint64_t before, net::WirePlan& plan)>;

  /// Plays a script, or answers `ok` without one. Throws std::runtime_error for a bad script.
  explicit StubThread(const std::optional<std::filesystem::path>& script = {}, Hook hook = {});
  ~StubThread();
  StubThread(const StubThread&) = delete;
  StubThread& operator=(const StubThread&) = delete;

  /// `http://127.0.0.1:PORT/v1`
  [[nodiscard]] std::string url() const;
  /// What a hook wrote before is seen after this.
  [[nodiscard]] std::uint64_t requests() const;
  /// How often each body was seen.
  [[nodiscard]] std::map<std::string, int> bodies() const;
  /// Waits until that many requests came; false after a minute.
  [[nodiscard]] bool wait_for_requests(std::uint64_t count) const;
  /// Takes effect with the next request.
  void set_hook(Hook hook);

 private:
  net::WirePlan answer(const net::ServerRequest& request, const net::Handler& script);

  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  Hook hook_;
  std::uint64_t requests_ = 0;
  std::map<std::string, int> bodies_;
  boost::asio::io_context loop_{1};
  std::unique_ptr<net::Server> server_;
  std::thread thread_;
};

}  // namespace assay::test
