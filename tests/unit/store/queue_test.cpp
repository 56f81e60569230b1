#include "runner/store/run_writer.hpp"
#include "runner/store/schema.hpp"
#include "runner/store/write_queue.hpp"
#include "tests/unit/store/fixture.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>

#include <thread>

namespace assay::store {
namespace {

using test::TempDir;
namespace net = boost::asio;

struct Outcome {
  std::optional<Result<void>> result;
};

net::awaitable<void> wait_for_room(WriteQueue& queue, Outcome& outcome) {
  auto result = co_await queue.room();
  outcome.result = result;
}

void fill(WriteQueue& queue, std::size_t bytes) {
  queue.add([&](Batch& batch) {
    batch.samples.emplace_back();
    batch.bytes += bytes;
  });
}

void rethrow(std::exception_ptr failure) {
  if (failure) std::rethrow_exception(failure);
}

TEST(WriteQueue, room_waits_until_the_backlog_is_written) {
  net::io_context loop;
  auto queue = std::make_shared<WriteQueue>(loop.get_executor(), 100);
  fill(*queue, 150);
  Outcome outcome;
  net::co_spawn(loop, wait_for_room(*queue, outcome), rethrow);
  loop.poll();
  ASSERT_FALSE(outcome.result);
  Batch batch;
  ASSERT_TRUE(queue->take(batch));
  loop.poll();
  ASSERT_FALSE(outcome.result);  // taken is not yet committed
  std::thread([&] { queue->written(batch.bytes); }).join();
  loop.run();
  ASSERT_TRUE(outcome.result);
  EXPECT_TRUE(*outcome.result);
}

TEST(WriteQueue, room_below_the_bound_does_not_wait) {
  net::io_context loop;
  auto queue = std::make_shared<WriteQueue>(loop.get_executor(), 100);
  fill(*queue, 99);
  Outcome outcome;
  net::co_spawn(loop, wait_for_room(*queue, outcome), rethrow);
  loop.poll();
  ASSERT_TRUE(outcome.result);
  EXPECT_TRUE(*outcome.result);
}

TEST(WriteQueue, a_failed_write_ends_all_waiting) {
  net::io_context loop;
  auto queue = std::make_shared<WriteQueue>(loop.get_executor(), 100);
  fill(*queue, 150);
  Outcome first;
  Outcome second;
  net::co_spawn(loop, wait_for_room(*queue, first), rethrow);
  net::co_spawn(loop, wait_for_room(*queue, second), rethrow);
  loop.poll();
  std::thread([&] { queue->fail({ErrorKind::store, "the disk is full"}); }).join();
  loop.run();
  for (const Outcome* outcome : {&first, &second}) {
    ASSERT_TRUE(outcome->result);
    ASSERT_FALSE(*outcome->result);
    EXPECT_EQ(outcome->result->error().kind, ErrorKind::store);
  }
  EXPECT_FALSE(queue->drain());
  fill(*queue, 1);
  Batch batch;
  EXPECT_FALSE(queue->take(batch));
}

TEST(WriteQueue, room_can_be_cancelled) {
  net::io_context loop;
  auto queue = std::make_shared<WriteQueue>(loop.get_executor(), 100);
  fill(*queue, 150);
  Outcome outcome;
  net::cancellation_signal stop;
  net::co_spawn(loop, wait_for_room(*queue, outcome),
                net::bind_cancellation_slot(stop.slot(), [](std::exception_ptr) {}));
  loop.poll();
  stop.emit(net::cancellation_type::terminal);
  loop.run();  // returns: nothing waits any more
  Batch batch;
  ASSERT_TRUE(queue->take(batch));
  queue->written(batch.bytes);
}

TEST(WriteQueue, a_loop_may_go_away_while_room_waits) {
  auto loop = std::make_unique<net::io_context>();
  auto queue = std::make_shared<WriteQueue>(loop->get_executor(), 100);
  fill(*queue, 150);
  Outcome outcome;
  net::co_spawn(*loop, wait_for_room(*queue, outcome), rethrow);
  loop->poll();
  loop.reset();
  Batch batch;
  ASSERT_TRUE(queue->take(batch));
  queue->written(batch.bytes);  // posts to nobody
  EXPECT_FALSE(outcome.result);
}

TEST(WriteQueue, the_end_comes_after_the_last_batch) {
  net::io_context loop;
  auto queue = std::make_shared<WriteQueue>(loop.get_executor(), 100);
  fill(*queue, 10);
  queue->end();
  Batch batch;
  EXPECT_TRUE(queue->take(batch));
  EXPECT_EQ(batch.samples.size(), 1u);
  queue->written(batch.bytes);
  EXPECT_FALSE(queue->take(batch));
}

net::awaitable<void> give_many(RunWriter& writer, std::uint32_t count, bool& ok) {
  for (std::uint32_t i = 0; i < count; ++i) {
    auto room = co_await writer.room();
    if (!room) co_return;
    give(writer, scored_sample({0, i, 0}, true));
  }
  ok = true;
}

TEST(RunWriter, a_small_backlog_slows_the_loop_and_loses_nothing) {
  const TempDir dir;
  auto store = open(dir / "h.db");
  finished_run(*store, header("r1"), 0, 0, RunStatus::interrupted);
  auto database = open_history(dir / "h.db", Database::Mode::existing);
  ASSERT_TRUE(database);
  auto lock = RunLock::take(dir / "h.db", 1);
  ASSERT_TRUE(lock);
  net::io_context loop;
  WriterOptions options;
  options.run = 1;
  options.suites = 1;
  options.backlog = 4096;
  auto writer = make_run_writer(std::move(*database), std::move(*lock), std::move(options), loop.get_executor());
  ASSERT_TRUE(writer);
  bool ok = false;
  net::co_spawn(loop, give_many(**writer, 500, ok), rethrow);
  loop.run();
  EXPECT_TRUE(ok);
  ASSERT_TRUE((*writer)->close(ending(RunStatus::finished)));
  EXPECT_EQ(store->finished_units("r1")->size(), 500u);
}

}  // namespace
}  // namespace assay::store
