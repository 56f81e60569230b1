#pragma once
/// A run as the driver would give it to the store.

#include "tests/support/temp_dir.hpp"

#include <assay/store/store.hpp>

#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

namespace assay::store {

inline std::shared_ptr<const CompiledCheck> check(std::string name, std::string metric, bool required = true,
                                                  Unit unit = Unit::share) {
  auto made = std::make_shared<CompiledCheck>();
  made->name = std::move(name);
  made->metric = std::move(metric);
  made->required = required;
  made->unit = unit;
  return made;
}

inline std::shared_ptr<PlannedCase> planned_case(std::uint32_t ordinal) {
  static const auto kContains = check("contains", "contains");
  static const auto kLength = check("length", "size", false, Unit::chars);
  auto kase = std::make_shared<PlannedCase>();
  kase->id = "case-" + std::to_string(ordinal);
  kase->digest = "sha256:" + std::string(60, 'a') + std::to_string(1000 + ordinal % 9000);
  kase->tags = {{"severity", ordinal % 2 == 0 ? "critical" : "minor"}};
  kase->vars = Json{{"country", "France"}};
  kase->row = ordinal + 1;
  kase->messages = {{Author::system, {Text{"Answer with one word."}}}, {Author::user, {Text{"Capital of France?"}}}};
  kase->checks = {kContains, kLength};
  return kase;
}

inline Response answer(std::string text) {
  Response response;
  response.message.parts = {Text{text}};
  response.finish = Finish::stop;
  response.finish_text = "stop";
  response.usage = {100, 20, 40, std::nullopt};
  response.timings.ttft = std::chrono::milliseconds(120);
  response.timings.gaps = {std::chrono::milliseconds(10), std::chrono::milliseconds(30)};
  response.timings.total = std::chrono::milliseconds(500);
  response.served_model = "small-1";
  response.request_id = "req-1";
  response.raw = "data: {\"choices\":[{\"delta\":{\"content\":\"" + text + "\"}}]}\n\n";
  return response;
}

inline Step answered(std::string text) {
  Step step;
  step.name = "turn/1";
  step.context = 2;
  step.result = answer(std::move(text));
  Attempt attempt;
  attempt.started = {1'700'000'000'000};
  attempt.duration = std::chrono::milliseconds(500);
  attempt.status = 200;
  attempt.request_id = "req-1";
  step.attempts = {attempt};
  return step;
}

inline Sample scored_sample(UnitId unit, bool pass) {
  Sample sample;
  sample.unit = unit;
  sample.kase = planned_case(unit.ordinal);
  sample.transcript.messages = sample.kase->messages;
  sample.transcript.steps = {answered(pass ? "Paris" : "Lyon")};
  sample.scores = {{Scored{pass ? 1.0 : 0.0, pass}, pass ? "" : "the answer does not contain 'Paris': Lyon"},
                   {Scored{pass ? 5.0 : 4.0, true}, ""}};
  sample.outcome = outcome::Scored{pass, pass ? 1.0 : 0.0};
  return sample;
}

inline void give(Journal& journal, const Sample& sample) {
  for (const Step& step : sample.transcript.steps) journal.append(sample.unit, *sample.kase, step);
  journal.finish(sample);
}

inline Ending ending(RunStatus status, double wall_s = 1, std::optional<std::string> stopped = std::nullopt) {
  Ending end;
  end.status = status;
  end.wall_s = wall_s;
  end.stopped = std::move(stopped);
  return end;
}

inline RunHeader header(std::string id, std::uint64_t planned = 10) {
  RunHeader run;
  run.id = std::move(id);
  run.started = {1'700'000'000'000};
  run.target = "v7";
  run.model = "small";
  run.url = "http://127.0.0.1:1/v1";
  run.candidate_digest = "sha256:c";
  run.meta = {{"commit", "abc123"}};
  run.seed = 18'000'000'000'000'000'000ULL;
  run.concurrency = 16;
  run.price = Price{1.0, 10.0, std::nullopt};
  run.policy = "{}";
  run.options = R"({"samples":1})";
  run.version = "0.1.0";
  StoredSuite suite;
  suite.id = "capitals";
  suite.digest = "sha256:s";
  suite.floor = 0.8;
  suite.planned = planned;
  suite.metrics = {{"contains", Unit::share, Direction::up}, {"size", Unit::chars, Direction::up}};
  run.suites = {suite};
  return run;
}

inline std::unique_ptr<Store> open(const std::filesystem::path& file) {
  auto store = Store::open(file);
  if (!store) throw std::runtime_error(to_string(store.error()));
  return std::move(*store);
}

/// A finished run of `count` cases of which the first `failing` fail.
inline void finished_run(Store& store, const RunHeader& run, std::uint32_t count = 3, std::uint32_t failing = 0,
                         RunStatus status = RunStatus::finished) {
  boost::asio::io_context loop;
  auto writer = store.start(run, loop.get_executor());
  ASSERT_TRUE(writer) << to_string(writer.error());
  for (std::uint32_t i = 0; i < count; ++i) give(**writer, scored_sample({0, i, 0}, i >= failing));
  auto closed = (*writer)->close(ending(status, 1.5));
  ASSERT_TRUE(closed) << to_string(closed.error());
}

}  // namespace assay::store
