#include "tests/support/golden.hpp"
#include "tests/unit/reports/report_fixture.hpp"

#include <assay/core/digest.hpp>
#include <assay/reports/attestation.hpp>
#include <assay/reports/dsse.hpp>

#include <gtest/gtest.h>

namespace assay::reports {
namespace {

// github.com/secure-systems-lab/dsse, protocol.md, "Test Vectors".
TEST(Dsse, pae_of_the_published_vector) {
  EXPECT_EQ(pae("http://example.com/HelloWorld", "hello world"),
            "DSSEv1 29 http://example.com/HelloWorld 11 hello world");
  EXPECT_EQ(pae("", ""), "DSSEv1 0  0 ");
  EXPECT_EQ(pae("é", "日"), "DSSEv1 2 é 3 日") << "lengths are bytes";
}

TEST(Dsse, the_published_envelope_is_read) {
  const auto json = parse_json(
      R"({"payload": "aGVsbG8gd29ybGQ=", "payloadType": "http://example.com/HelloWorld", "signatures": [{"sig":
          "A3JqsQGtVsJ2O2xqrI5IcnXip5GToJ3F+FnZ+O88SjtR6rDAajabZKciJTfUiHqJPcIAriEGAHTVeCUjW2JIZA=="}]})");
  const auto envelope = envelope_from_json(*json);
  ASSERT_TRUE(envelope) << to_string(envelope.error());
  EXPECT_EQ(envelope->payload, "hello world");
  EXPECT_EQ(envelope->type, "http://example.com/HelloWorld");
  ASSERT_EQ(envelope->signatures.size(), 1u);
  EXPECT_EQ(envelope->signatures[0].bytes.size(), 64u);
  EXPECT_EQ(base64(envelope->signatures[0].bytes), json->at("signatures")[0].at("sig").get<std::string>());
}

// RFC 4648 §10.
TEST(Dsse, base64_of_the_published_vectors_and_both_alphabets) {
  struct Row {
    const char* text;
    const char* coded;
  };
  const Row rows[] = {{"", ""},
                      {"f", "Zg=="},
                      {"fo", "Zm8="},
                      {"foo", "Zm9v"},
                      {"foob", "Zm9vYg=="},
                      {"fooba", "Zm9vYmE="},
                      {"foobar", "Zm9vYmFy"},
                      {"\xfb\xff\xfe", "+//+"}};
  for (const Row& row : rows) {
    EXPECT_EQ(base64(row.text), row.coded);
    EXPECT_EQ(from_base64(row.coded), row.text);
  }
  EXPECT_EQ(from_base64("-__-"), "\xfb\xff\xfe");
  for (const char* bad : {"Zg", "Zg=", "Z===", "====", "Zm9v\n", "Zm 9", "Zg==Zg==", "Zm9é"}) {
    EXPECT_FALSE(from_base64(bad)) << bad;
  }
}

TEST(Dsse, what_is_no_envelope_is_refused) {
  for (const char* text : {"null", "[]", "{}", R"({"payload": "", "payloadType": "t"})",
                           R"({"payload": "", "payloadType": "t", "signatures": []})",
                           R"({"payload": "%", "payloadType": "t", "signatures": [{"sig": ""}]})",
                           R"({"payload": "", "payloadType": 1, "signatures": [{"sig": ""}]})",
                           R"({"payload": "", "payloadType": "t", "signatures": [{"sig": 1}]})",
                           R"({"payload": "", "payloadType": "t", "signatures": [1]})"}) {
    EXPECT_FALSE(envelope_from_json(*parse_json(text))) << text;
  }
}

// Whoever lets a release in looks at `result` alone: everything that is no PASS must say so.
TEST(Attestation, only_a_pass_is_passed) {
  struct Row {
    VerdictKind kind;
    const char* expected;
  };
  for (const Row& row : {Row{VerdictKind::pass, "PASSED"}, Row{VerdictKind::pass_with_waiver, "WARNED"},
                         Row{VerdictKind::block, "FAILED"}, Row{VerdictKind::inconclusive, "FAILED"},
                         Row{VerdictKind::error, "FAILED"}}) {
    Verdict v = verdict_fixture();
    v.kind = row.kind;
    v.exit = ExitCode::pass;  // `on_inconclusive: warn` changes nothing
    EXPECT_EQ(test_result(v, "0").at("result").get<std::string>(), row.expected);
  }
}

TEST(Attestation, golden) {
  const auto predicate = test_result(verdict_fixture(), "1.2.3");
  const auto whole = statement(R"({"schema":"assay.release/1"})", predicate);
  EXPECT_EQ(
      predicate.at("passedTests").size() + predicate.at("warnedTests").size() + predicate.at("failedTests").size(),
      verdict_fixture().gates.size());
  for (const auto& each : predicate.at("configuration"))
    EXPECT_EQ(each.at("digest").at("sha256").get<std::string>().size(), 64u);
  assay::test::expect_golden("attestation.json", whole.dump(2) + "\n");
}

TEST(Attestation, the_subject_is_the_manifest) {
  const std::string manifest = R"({"model":"m"})";
  const auto whole = statement(manifest, OrderedJson::object());
  EXPECT_EQ(whole.at("subject")[0].at("digest").at("sha256").get<std::string>(), to_hex(sha256(manifest)));
  EXPECT_EQ(checksums(manifest), to_hex(sha256(manifest)) + "  assay-release.json\n");
}

}  // namespace
}  // namespace assay::reports
