#include "runner/endpoints/process/program.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <set>
#include <string_view>
#include <utility>

namespace assay::endpoints {

namespace asio = boost::asio;

namespace {

constexpr std::size_t kChunk = 64u << 10;
constexpr std::size_t kChunksAtOnce = 16;  // then the loop has its turn
constexpr std::size_t kErrorsKept = 4u << 10;

enum class Left { more, nothing_yet, closed };

// Takes what is there without waiting.
template <class Take>
Left drain(int from, std::size_t chunks, const Take& take) {
  std::array<char, kChunk> buffer;
  for (std::size_t i = 0; i < chunks; ++i) {
    const auto size = ::read(from, buffer.data(), buffer.size());
    if (size > 0 && take(std::string_view(buffer.data(), static_cast<std::size_t>(size)))) continue;
    if (size < 0 && errno == EINTR) continue;
    if (size < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return Left::nothing_yet;
    return Left::closed;
  }
  return Left::more;
}

}  // namespace

/// What the coroutines of one program share.
class RunningProgram {
 public:
  RunningProgram(const asio::any_io_executor& loop, Child child, const ProgramBounds& bounds)
      : bounds_(bounds),
        child_(std::move(child)),
        ended_(loop, child_.ended.release()),
        output_(loop, child_.output.release()),
        errors_(loop, child_.errors.release()),
        timer_(loop) {}

  static asio::awaitable<void> watch_end(std::shared_ptr<RunningProgram> self) {
    boost::system::error_code error;
    co_await self->ended_.async_wait(Stream::wait_read, asio::redirect_error(asio::use_awaitable, error));
    if (!error) self->end(ProgramEnd::Why::exited);
  }

  static asio::awaitable<void> read_output(std::shared_ptr<RunningProgram> self) {
    boost::system::error_code error;
    while (!error && self->take_output(kChunksAtOnce) != Left::closed) {
      co_await self->output_.async_wait(Stream::wait_read, asio::redirect_error(asio::use_awaitable, error));
    }
  }

  static asio::awaitable<void> read_errors(std::shared_ptr<RunningProgram> self) {
    boost::system::error_code error;
    while (!error && self->take_errors(kChunksAtOnce) != Left::closed) {
      co_await self->errors_.async_wait(Stream::wait_read, asio::redirect_error(asio::use_awaitable, error));
    }
  }

  asio::awaitable<ProgramEnd> over() {
    boost::system::error_code ignored;
    if (bounds_.time > Duration::zero()) {
      timer_.expires_after(bounds_.time);
    } else {
      timer_.expires_at(asio::steady_timer::time_point::max());
    }
    if (!why_) co_await timer_.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    end(ProgramEnd::Why::time);
    co_return finish();
  }

  /// The first reason counts.
  void end(ProgramEnd::Why why) {
    if (why_) return;
    why_ = why;
    timer_.cancel();
  }

 private:
  using Stream = asio::posix::stream_descriptor;

  Left take_output(std::size_t chunks) {
    return drain(output_.native_handle(), chunks, [this](std::string_view bytes) {
      const bool fits = bytes.size() <= bounds_.output - text_.size();
      if (fits) text_.append(bytes);
      if (!fits) end(ProgramEnd::Why::output);
      too_long_ = !fits;
      return fits;
    });
  }

  Left take_errors(std::size_t chunks) {
    return drain(errors_.native_handle(), chunks, [this](std::string_view bytes) {
      said_.append(bytes);
      if (said_.size() > 2 * kErrorsKept) said_.erase(0, said_.size() - kErrorsKept);
      return true;
    });
  }

  // Not up to the end of the pipes: a process that left the group may hold them for ever.
  ProgramEnd finish() {
    child_.kill();
    const int status = child_.wait();
    if (why_ == ProgramEnd::Why::exited) take_output(bounds_.output / kChunk + 2);
    if (too_long_) why_ = ProgramEnd::Why::output;
    (void)take_errors(kChunksAtOnce);
    ended_.close();
    output_.close();
    errors_.close();
    return {*why_, status, std::move(text_), std::move(said_)};
  }

  ProgramBounds bounds_;
  Child child_;
  Stream ended_;
  Stream output_;
  Stream errors_;
  asio::steady_timer timer_;
  std::optional<ProgramEnd::Why> why_;
  bool too_long_ = false;
  std::string text_;
  std::string said_;
};

// Outlives `Programs` where coroutines do.
struct Programs::Shared {
  std::set<RunningProgram*> under_way;
  bool cancelled = false;
};

Programs::Programs(asio::any_io_executor loop) : loop_(std::move(loop)), shared_(std::make_shared<Shared>()) {}

Programs::~Programs() = default;

asio::awaitable<Result<ProgramEnd>> Programs::run(const ProgramSpec& spec, const std::string& input,
                                                  ProgramBounds bounds) {
  struct Entry {
    Entry(std::shared_ptr<Shared> all, RunningProgram* one) : shared(std::move(all)), program(one) {
      shared->under_way.insert(program);
    }
    Entry(const Entry&) = delete;
    Entry& operator=(const Entry&) = delete;
    ~Entry() { shared->under_way.erase(program); }
    std::shared_ptr<Shared> shared;
    RunningProgram* program;
  };
  if (shared_->cancelled) co_return ProgramEnd{.why = ProgramEnd::Why::cancelled};
  auto child = Child::start(spec, input);
  if (!child) co_return child.error();
  const auto program = std::make_shared<RunningProgram>(loop_, *std::move(child), bounds);
  const Entry entry(shared_, program.get());
  asio::co_spawn(loop_, RunningProgram::watch_end(program), asio::detached);
  asio::co_spawn(loop_, RunningProgram::read_output(program), asio::detached);
  asio::co_spawn(loop_, RunningProgram::read_errors(program), asio::detached);
  auto end = co_await program->over();
  co_return end;
}

void Programs::cancel() {
  shared_->cancelled = true;
  for (auto* program : shared_->under_way) program->end(ProgramEnd::Why::cancelled);
}

}  // namespace assay::endpoints
