#include <assay/core/digest.hpp>
#include <assay/core/error.hpp>
#include <assay/core/json.hpp>
#include <assay/core/random.hpp>
#include <assay/core/time.hpp>
#include <assay/core/transcript.hpp>

#include <gtest/gtest.h>

namespace assay {
namespace {

TEST(Sha256, agrees_with_the_examples_of_fips_180_2) {
  EXPECT_EQ(to_hex(sha256("")), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(to_hex(sha256("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  Sha256 hash;
  hash.update("a");
  hash.update("bc");
  EXPECT_EQ(to_string(hash.finish()), "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(hash.finish(), sha256("")) << "finish starts anew";
}

TEST(CanonicalJson, is_the_same_text_for_equal_values) {
  const auto canonical = [](std::string_view text) { return canonical_json(*parse_json(text)); };
  EXPECT_EQ(canonical(R"({"b": 1, "a": [true, null, "ü"]})"), R"({"a":[true,null,"ü"],"b":1})");
  EXPECT_EQ(canonical("1.0"), "1");
  EXPECT_EQ(canonical("1e3"), "1000");
  EXPECT_EQ(canonical("-0.0"), "0");
  EXPECT_EQ(canonical("0.1"), "0.1");
  EXPECT_EQ(canonical("0.30000000000000004"), "0.3") << "12 significant digits";
  EXPECT_EQ(canonical("18446744073709551615"), "18446744073709551615");
}

TEST(ParseJson, refuses_what_would_hurt_later) {
  EXPECT_TRUE(parse_json(std::string(64, '[') + std::string(64, ']')));
  EXPECT_FALSE(parse_json(std::string(65, '[') + std::string(65, ']')));
  EXPECT_FALSE(parse_json("1e400"));
  EXPECT_FALSE(parse_json(std::string_view("9\0garbage", 9)));
  EXPECT_FALSE(parse_json("{} trailing"));
  EXPECT_FALSE(parse_json("// no comments\n1"));
}

TEST(ParseJson, places_the_fault) {
  const auto parsed = parse_json("{\n  \"a\": tru\n}");
  ASSERT_FALSE(parsed);
  EXPECT_EQ(parsed.error().at.line, 2);
}

TEST(DumpJson, replaces_bytes_that_are_not_utf8) {
  EXPECT_EQ(dump_json(Json("a\xff")), "\"a\xEF\xBF\xBD\"");
}

TEST(IndentedJson, keeps_the_order_of_keys_and_ends_its_last_line) {
  EXPECT_EQ(indented_json({{"b", "a\xff"}, {"a", OrderedJson::array()}}),
            "{\n  \"b\": \"a\xEF\xBF\xBD\",\n  \"a\": []\n}\n");
}

TEST(DumpJson, writes_what_the_library_writes) {
  for (const std::string_view text : {R"({"a":[1,-2,0.1,1.0,1e300,null,true,"x"],"b c":{}})",
                                      R"(["tab\t","quote\"","back\\slash","\u0001","é","\u007f",""])", "[[],{},[[]]]",
                                      "18446744073709551615", "-9223372036854775808", "\"plain\"", "false"}) {
    const auto value = Json::parse(text);
    EXPECT_EQ(dump_json(value), value.dump()) << text;
  }
}

TEST(Error, reads_like_a_compilers) {
  const Error error{ErrorKind::invalid, "unknown key 'flor'", "did you mean 'floor'?", {"s.yaml", 3, 1}};
  EXPECT_EQ(to_string(error), "s.yaml:3:1: error: unknown key 'flor'; help: did you mean 'floor'?");
}

TEST(Error, kinds_keep_their_names_and_lead_to_exit_codes) {
  for (const auto kind : {ErrorKind::usage, ErrorKind::transport, ErrorKind::quota, ErrorKind::replay_miss,
                          ErrorKind::budget, ErrorKind::store}) {
    EXPECT_EQ(error_kind(name(kind)), kind);
  }
  EXPECT_EQ(exit_code(ErrorKind::invalid), ExitCode::usage);
  EXPECT_EQ(exit_code(ErrorKind::auth), ExitCode::error);
  EXPECT_EQ(exit_code(ErrorKind::replay_miss), ExitCode::error);
  EXPECT_EQ(exit_code(ErrorKind::budget), ExitCode::inconclusive);
  EXPECT_TRUE(retryable(ErrorKind::rate_limited));
  EXPECT_FALSE(retryable(ErrorKind::auth));
  EXPECT_FALSE(retryable(ErrorKind::replay_miss));
  EXPECT_FALSE(retryable(ErrorKind::budget));
}

TEST(Random, draws_depend_on_their_key_alone_and_are_uniform) {
  EXPECT_EQ(uniform(mix(7, "case")), uniform(mix(7, "case")));
  EXPECT_NE(uniform(mix(7, "case")), uniform(mix(8, "case")));
  int low = 0;
  for (std::uint64_t i = 0; i < 10'000; ++i) {
    const double draw = uniform(mix(1, i));
    ASSERT_GE(draw, 0);
    ASSERT_LT(draw, 1);
    if (draw < 0.3) ++low;
  }
  EXPECT_NEAR(low, 3000, 200);
}

TEST(Moments, are_read_as_rfc_3339_writes_them) {
  const std::vector<std::pair<std::string_view, std::int64_t>> table = {
      {"1970-01-01T00:00:00Z", 0},
      {"2001-09-09T01:46:40Z", 1'000'000'000'000},
      {"2001-09-09T03:46:40+02:00", 1'000'000'000'000},
      {"2001-09-08T20:16:40-05:30", 1'000'000'000'000},
      {"2001-09-09t01:46:40.25z", 1'000'000'000'250},
      {"2001-09-09T01:46:40.123456789Z", 1'000'000'000'123},
      {"2024-02-29T00:00:00Z", 1'709'164'800'000},
  };
  for (const auto& [text, ms] : table) EXPECT_EQ(from_rfc3339(text), WallTime{ms}) << text;
  for (const std::string_view text :
       {"", "2001-09-09", "2001-09-09T01:46:40", "2001-09-09 01:46:40Z", "2001-13-09T01:46:40Z", "2023-02-29T00:00:00Z",
        "2001-09-09T24:00:00Z", "2001-09-09T01:60:00Z", "2001-09-09T01:46:60Z", "2001-09-09T01:46:40.Z",
        "2001-09-09T01:46:40+0200", "2001-09-09T01:46:40Z ", "+001-09-09T01:46:40Z"}) {
    EXPECT_FALSE(from_rfc3339(text)) << text;
  }
}

TEST(Time, is_shown_as_rfc_3339) {
  EXPECT_EQ(to_rfc3339(WallTime{1'000'000'000'000}), "2001-09-09T01:46:40Z");
}

TEST(Cost, bills_cached_tokens_at_their_own_price) {
  const Price price{.input_per_mtok = 1, .output_per_mtok = 2, .cached_per_mtok = 0.5};
  EXPECT_DOUBLE_EQ(
      *cost_usd({.input_tokens = 1000, .output_tokens = 100, .cached_tokens = 400, .reasoning_tokens = {}}, price),
      (600 * 1 + 400 * 0.5 + 100 * 2) / 1e6);
  EXPECT_FALSE(cost_usd({}, price)) << "what was not counted has no cost";
}

}  // namespace
}  // namespace assay
