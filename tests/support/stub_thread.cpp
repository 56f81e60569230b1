#include "tests/support/stub_thread.hpp"

#include <assay/stub/stub.hpp>

#include <boost/asio/post.hpp>

#include <chrono>
#include <stdexcept>

namespace assay::test {

namespace {

std::shared_ptr<const stub::Script> script_of(const std::optional<std::filesystem::path>& file) {
  if (!file) return stub::default_script();
  Diagnostics diagnostics;
  auto script = stub::load_script(*file, diagnostics);
  if (script == nullptr) throw std::runtime_error(to_string(diagnostics.errors().front()));
  return script;
}

}  // namespace

StubThread::StubThread(const std::optional<std::filesystem::path>& script, Hook hook) : hook_(std::move(hook)) {
  auto handler = stub::make_handler(script_of(script));
  auto server = net::serve(
      loop_.get_executor(), {},
      [this, handler = std::move(handler)](const net::ServerRequest& request) { return answer(request, handler); });
  if (!server) throw std::runtime_error(to_string(server.error()));
  server_ = *std::move(server);
  thread_ = std::thread([this] { loop_.run(); });
}

StubThread::~StubThread() {
  boost::asio::post(loop_, [this] {
    server_->stop();
    loop_.stop();
  });
  thread_.join();
}

std::string StubThread::url() const {
  return "http://127.0.0.1:" + std::to_string(server_->port()) + "/v1";
}

std::uint64_t StubThread::requests() const {
  const std::lock_guard lock(mutex_);
  return requests_;
}

std::map<std::string, int> StubThread::bodies() const {
  const std::lock_guard lock(mutex_);
  return bodies_;
}

bool StubThread::wait_for_requests(std::uint64_t count) const {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, std::chrono::minutes(1), [&] { return requests_ >= count; });
}

void StubThread::set_hook(Hook hook) {
  const std::lock_guard lock(mutex_);
  hook_ = std::move(hook);
}

net::WirePlan StubThread::answer(const net::ServerRequest& request, const net::Handler& script) {
  auto plan = script(request);
  {
    const std::lock_guard lock(mutex_);
    if (hook_) hook_(request, requests_, plan);
    ++requests_;
    ++bodies_[std::string(request.body)];
  }
  changed_.notify_all();
  return plan;
}

}  // namespace assay::test
