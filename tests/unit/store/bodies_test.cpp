#include "runner/store/bodies.hpp"

#include "runner/store/sqlite.hpp"
#include "tests/unit/store/fixture.hpp"

namespace assay::store {
namespace {

using test::TempDir;

std::string noise(std::size_t size, std::uint32_t seed) {
  std::string text;
  for (std::size_t i = 0; i < size; ++i) {
    seed = seed * 1664525 + 1013904223;
    text += static_cast<char>(' ' + (seed >> 24) % 90);
  }
  return text;
}

Sample long_sample(std::uint32_t ordinal, const std::string& prompt, const std::string& text, bool streamed) {
  Sample sample = scored_sample({0, ordinal, 0}, true);
  auto kase = std::make_shared<PlannedCase>(*sample.kase);
  kase->messages[0].parts = {Text{prompt}};
  kase->vars = Json{{"question", "number " + std::to_string(ordinal)}};
  sample.kase = kase;
  auto& response = std::get<Response>(sample.transcript.steps[0].result);
  response.message.parts = {Text{text}};
  if (streamed) {
    response.raw = "data: {}\n\n" + text.substr(text.size() / 2) + text;
  } else {
    response.timings.gaps.clear();
    response.raw = R"({"choices":[{"message":{"content":)" + dump_json(Json(text)) + "}}]}";
  }
  return sample;
}

class Bodies : public ::testing::Test {
 protected:
  void write(const std::vector<Sample>& samples) {
    boost::asio::io_context loop;
    auto writer = store_->start(header("r1", samples.size()), loop.get_executor());
    ASSERT_TRUE(writer);
    for (const Sample& sample : samples) give(**writer, sample);
    auto closed = (*writer)->close(ending(RunStatus::finished));
    ASSERT_TRUE(closed) << to_string(closed.error());
  }
  Result<std::vector<StoredSample>> read() {
    std::vector<StoredSample> all;
    auto done = store_->samples("r1", {{}, {}, false, {}}, [&](const StoredSample& sample) {
      all.push_back(sample);
      return true;
    });
    if (!done) return done.error();
    return all;
  }
  void change(const char* sql) {
    auto database = Database::open(dir_ / "h.db", Database::Mode::existing);
    auto done = database->execute(sql);
    ASSERT_TRUE(done) << to_string(done.error());
  }
  std::int64_t count(const char* sql) {
    auto database = Database::open(dir_ / "h.db", Database::Mode::existing);
    return *database->integer(sql);
  }

  TempDir dir_;
  std::unique_ptr<Store> store_ = open(dir_ / "h.db");
};

TEST_F(Bodies, come_back_exactly_whatever_their_size_and_form) {
  std::vector<Sample> samples;
  std::uint32_t ordinal = 0;
  for (const std::size_t size : {std::size_t{0}, std::size_t{10}, std::size_t{1023}, std::size_t{1024},
                                 std::size_t{5000}, std::size_t{3'000'000}}) {
    for (const bool streamed : {false, true}) {
      samples.push_back(long_sample(ordinal, noise(size, 1), noise(size, ordinal) + "\n\"é\"", streamed));
      ++ordinal;
    }
  }
  write(samples);
  auto all = read();
  ASSERT_TRUE(all) << to_string(all.error());
  ASSERT_EQ(all->size(), samples.size());
  for (std::size_t i = 0; i < samples.size(); ++i) {
    SCOPED_TRACE(i);
    const auto& given = std::get<Response>(samples[i].transcript.steps[0].result);
    const auto& got = std::get<Response>((*all)[i].transcript.steps.at(0).result);
    ASSERT_TRUE(got.raw == given.raw);
    ASSERT_TRUE(got.message == given.message);
    ASSERT_TRUE((*all)[i].messages == samples[i].kase->messages);
    EXPECT_EQ((*all)[i].vars, samples[i].kase->vars);
  }
}

TEST_F(Bodies, a_shared_prompt_is_stored_once) {
  std::vector<Sample> samples;
  const std::string prompt = noise(20'000, 7);
  for (std::uint32_t i = 0; i < 100; ++i) samples.push_back(long_sample(i, prompt, "Paris", false));
  write(samples);
  EXPECT_EQ(count("SELECT count(*) FROM dictionary"), 1);
  EXPECT_LT(std::filesystem::file_size(dir_ / "h.db"), 200'000u);
  EXPECT_EQ(read()->back().messages, samples.back().kase->messages);
}

TEST_F(Bodies, a_resumed_run_goes_on_with_its_dictionary) {
  const std::string prompt = noise(5'000, 7);
  boost::asio::io_context loop;
  {
    auto writer = store_->start(header("r1"), loop.get_executor());
    give(**writer, long_sample(0, prompt, "Paris", false));
    ASSERT_TRUE((*writer)->close(ending(RunStatus::interrupted)));
  }
  auto writer = store_->resume("r1", loop.get_executor());
  give(**writer, long_sample(1, prompt, "Paris", false));
  ASSERT_TRUE((*writer)->close(ending(RunStatus::finished)));
  EXPECT_EQ(count("SELECT count(*) FROM dictionary"), 1);
  EXPECT_EQ(count("SELECT count(*) FROM case_body WHERE coding=2"), 2);
  EXPECT_EQ(read()->size(), 2u);
}

TEST_F(Bodies, what_is_damaged_is_an_error_of_the_store) {
  write({long_sample(0, noise(5'000, 7), noise(5'000, 8), true), long_sample(1, noise(5'000, 7), "Paris", false)});
  const char* damages[] = {
      "UPDATE step_body SET raw=substr(raw, 1, 9) WHERE coding<>0",
      "UPDATE step_body SET answer=-1",
      "UPDATE step_body SET answer=X'00'",
      "UPDATE step_body SET answer='{'",
      "UPDATE step_body SET coding=77",
      // a frame that says it holds 2^62 bytes
      "UPDATE step_body SET coding=1, raw=X'28B52FFDE00000000000000040010000'",
      "UPDATE case_body SET messages=X'28B52FFD' WHERE coding<>0",
      "UPDATE case_body SET vars=1000000 WHERE coding<>0",
      "DELETE FROM dictionary",
      "UPDATE dictionary SET bytes=X''",
  };
  ASSERT_TRUE(read());
  store_.reset();  // one file again
  const std::string good = dir_.read("h.db");
  for (const char* damage : damages) {
    SCOPED_TRACE(damage);
    dir_.write("h.db", good);
    change(damage);
    store_ = open(dir_ / "h.db");
    auto all = read();
    ASSERT_FALSE(all);
    EXPECT_EQ(all.error().kind, ErrorKind::store);
    EXPECT_NE(all.error().message.find("damaged"), std::string::npos) << all.error().message;
    store_.reset();
  }
}

}  // namespace
}  // namespace assay::store
