/// Evidence that stands on its own: an attestation, its signature, and what shows that either was changed.

#include "tests/e2e/project.hpp"

#include <assay/reports/dsse.hpp>

namespace assay::e2e {
namespace {

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

class Attestation : public ::testing::Test {
 protected:
  void SetUp() override {
    project_.write("suite.yaml", numbered_suite(12));
    project_.write("stub.yaml", "version: 1\nrules:\n  - answer: ok\n");
    ASSERT_EQ(project_.assay({"run", "suite.yaml", "--url", "stub:stub.yaml", "--model", "m"}).code, 0);
    for (const char* name : {"key", "other"}) make_key(name);
  }

  void make_key(const std::string& name) {
    const auto openssl = [&](std::vector<std::string> words) {
      words.insert(words.begin(), "openssl");
      const auto ended = test::run_process(words, {.folder = project_.folder().path()});
      ASSERT_EQ(ended.code, 0) << ended.err;
    };
    openssl({"genpkey", "-algorithm", "ed25519", "-out", name + ".pem"});
    openssl({"pkey", "-in", name + ".pem", "-pubout", "-out", name + ".pub.pem"});
  }

  void attest(const std::vector<std::string>& more) {
    std::filesystem::remove(project_.folder() / "evidence/attestation.json");
    std::vector<std::string> words{"report", "latest", "--format", "attestation", "-o", "evidence/"};
    words.insert(words.end(), more.begin(), more.end());
    const auto ended = project_.assay(words);
    ASSERT_EQ(ended.code, 0) << ended.err;
  }

  [[nodiscard]] Finished verify(const std::vector<std::string>& more) const {
    std::vector<std::string> words{"verify", "evidence/attestation.json"};
    words.insert(words.end(), more.begin(), more.end());
    return project_.assay(words);
  }

  /// The envelope with a change to the statement in it.
  void tamper(const std::string& from, const std::string& to) {
    auto json = json_of(project_.read("evidence/attestation.json"));
    auto payload = reports::from_base64(json.at("payload").get<std::string>());
    ASSERT_TRUE(payload);
    const auto at = payload->find(from);
    ASSERT_NE(at, std::string::npos) << *payload;
    payload->replace(at, from.size(), to);
    json["payload"] = reports::base64(*payload);
    project_.write("evidence/attestation.json", json.dump());
  }

  Project project_;
};

TEST_F(Attestation, speaks_of_the_release_as_other_tools_read_it) {
  attest({});
  const auto statement = json_of(project_.read("evidence/attestation.json"));
  EXPECT_EQ(statement.at("_type"), "https://in-toto.io/Statement/v1");
  EXPECT_EQ(statement.at("predicateType"), "https://in-toto.io/attestation/test-result/v0.1");
  EXPECT_EQ(statement.at("predicate").at("result"), "PASSED");
  EXPECT_EQ(statement.at("predicate"), json_of(project_.read("evidence/predicate.json")));
  const auto sums =
      test::run_process({"sha256sum", "-c", "subject.checksums.txt"}, {.folder = project_.folder() / "evidence"});
  EXPECT_EQ(sums.code, 0) << sums.out << sums.err;
  const auto manifest = json_of(project_.read("evidence/assay-release.json"));
  EXPECT_EQ(manifest.at("model"), "m");
  EXPECT_EQ(manifest.at("suites").size(), 1u);
  EXPECT_FALSE(has(manifest.dump(), "stub.yaml")) << "an address is no part of a release";
}

TEST_F(Attestation, of_the_same_release_has_the_same_subject) {
  attest({});
  const auto first = project_.read("evidence/assay-release.json");
  ASSERT_EQ(project_.assay({"run", "suite.yaml", "--url", "stub:stub.yaml", "--model", "m"}).code, 0);
  attest({});
  EXPECT_EQ(project_.read("evidence/assay-release.json"), first);
  ASSERT_EQ(
      project_.assay({"run", "suite.yaml", "--url", "stub:stub.yaml", "--model", "m", "--set", "params.temperature=1"})
          .code,
      0);
  attest({});
  EXPECT_NE(project_.read("evidence/assay-release.json"), first) << "other parameters are another release";
}

TEST_F(Attestation, signed_holds_with_its_key_and_in_its_history) {
  attest({"--sign-key", "key.pem"});
  const auto good = verify({"--key", "key.pub.pem", "--store", ".assay/history.db"});
  EXPECT_EQ(good.code, 0) << good.out << good.err;
  for (const char* part : {"signature: good", "PASSED", "is the subject", "is in the chain"}) {
    EXPECT_TRUE(has(good.out, part)) << good.out;
  }
  EXPECT_EQ(verify({"--key", "other.pub.pem"}).code, 1) << "another key";
  EXPECT_EQ(verify({}).code, 3) << "a signature that nobody checked";
  EXPECT_EQ(verify({"--unsigned"}).code, 0);
}

// The published tools agree on what was signed.
TEST_F(Attestation, signature_is_over_the_pae_as_openssl_sees_it) {
  attest({"--sign-key", "key.pem"});
  const auto envelope = reports::envelope_from_json(json_of(project_.read("evidence/attestation.json")));
  ASSERT_TRUE(envelope);
  EXPECT_EQ(envelope->type, "application/vnd.in-toto+json");
  project_.write("signed", reports::pae(envelope->type, envelope->payload));
  project_.write("sig", envelope->signatures.front().bytes);
  const auto ended = test::run_process({"openssl", "pkeyutl", "-verify", "-pubin", "-inkey", "key.pub.pem", "-rawin",
                                        "-in", "signed", "-sigfile", "sig"},
                                       {.folder = project_.folder().path()});
  EXPECT_EQ(ended.code, 0) << ended.out << ended.err;
  const auto der = test::run_process({"sh", "-c", "openssl pkey -pubin -in key.pub.pem -outform DER | sha256sum"},
                                     {.folder = project_.folder().path()});
  EXPECT_EQ(der.out.substr(0, 64), envelope->signatures.front().keyid);
}

TEST_F(Attestation, changed_is_exit_1) {
  attest({"--sign-key", "key.pem"});
  tamper("PASSED", "FAILED");
  const auto changed = verify({"--key", "key.pub.pem"});
  EXPECT_EQ(changed.code, 1) << changed.out;
  EXPECT_TRUE(has(changed.out, "signature: wrong")) << changed.out;

  attest({"--sign-key", "key.pem"});
  auto json = json_of(project_.read("evidence/attestation.json"));
  json["payloadType"] = "application/json";
  project_.write("evidence/attestation.json", json.dump());
  EXPECT_EQ(verify({"--key", "key.pub.pem"}).code, 1) << "the type is signed, too";

  attest({"--sign-key", "key.pem"});
  project_.write("evidence/assay-release.json", R"({"model":"another"})");
  const auto manifest = verify({"--key", "key.pub.pem"});
  EXPECT_EQ(manifest.code, 1) << manifest.out;
  EXPECT_TRUE(has(manifest.out, "is not what the attestation speaks of")) << manifest.out;
}

// Taking the signature away must not be better than forging it.
TEST_F(Attestation, unsigned_is_never_taken_silently) {
  attest({});
  const auto told = verify({});
  EXPECT_EQ(told.code, 3);
  EXPECT_TRUE(has(told.out, "signature: none")) << told.out;
  EXPECT_EQ(verify({"--key", "key.pub.pem"}).code, 1);
  EXPECT_EQ(verify({"--unsigned"}).code, 0);
  EXPECT_EQ(verify({"--unsigned", "--key", "key.pub.pem"}).code, 4);
}

TEST_F(Attestation, of_a_decision_that_the_history_does_not_have_is_exit_1) {
  attest({});
  EXPECT_EQ(verify({"--unsigned", "--store", ".assay/history.db"}).code, 0);
  auto json = json_of(project_.read("evidence/attestation.json"));
  json["predicate"]["assay"]["decision"] = "sha256:" + std::string(64, '0');
  project_.write("evidence/attestation.json", json.dump());
  const auto other = verify({"--unsigned", "--store", ".assay/history.db"});
  EXPECT_EQ(other.code, 1) << other.out;
  EXPECT_TRUE(has(other.out, "no such decision")) << other.out;
}

// The right decision with another word beside it is no statement of this history.
TEST_F(Attestation, of_another_result_than_the_history_has_is_exit_1) {
  attest({});
  const auto whole = json_of(project_.read("evidence/attestation.json"));
  for (const Json& change : {Json{{"result", "WARNED"}}, Json{{"passedTests", Json::array()}},
                             Json{{"assay", {{"candidate", "sha256:another"}}}}, Json{{"assay", nullptr}}}) {
    auto json = whole;
    json["predicate"].merge_patch(change);
    project_.write("evidence/attestation.json", json.dump());
    const auto changed = verify({"--unsigned", "--store", ".assay/history.db"});
    EXPECT_EQ(changed.code, 1) << change << changed.out;
  }
}

TEST_F(Attestation, of_a_history_that_was_changed_is_refused) {
  const auto changed =
      test::run_process({"python3", "-c",
                         "import sqlite3; d = sqlite3.connect('.assay/history.db'); "
                         "assert d.execute(\"UPDATE verdict SET json = replace(json, '\\\"exit_code\\\":0', "
                         "'\\\"exit_code\\\":1')\").rowcount == 1; d.commit()"},
                        {.folder = project_.folder().path()});
  ASSERT_EQ(changed.code, 0) << changed.err;
  const auto refused =
      project_.assay({"report", "latest", "--format", "attestation", "-o", "evidence/", "--sign-key", "key.pem"});
  EXPECT_EQ(refused.code, 3) << refused.out;
  EXPECT_TRUE(has(refused.err, "chain of verdicts does not hold")) << refused.err;
  EXPECT_FALSE(project_.has("evidence/attestation.json"));
}

TEST_F(Attestation, a_decision_made_again_leaves_the_older_attestation_good) {
  attest({});
  ASSERT_EQ(project_.assay({"gate", "latest"}).code, 0);
  const auto older = verify({"--unsigned", "--store", ".assay/history.db"});
  EXPECT_EQ(older.code, 0) << older.out;
}

TEST_F(Attestation, what_cannot_be_read_is_exit_4) {
  attest({"--sign-key", "key.pem"});
  EXPECT_EQ(project_.assay({"verify", "nothing.json"}).code, 4);
  EXPECT_EQ(project_.assay({"verify", "suite.yaml"}).code, 4);
  EXPECT_EQ(verify({"--key", "key.pem.missing"}).code, 4);
  EXPECT_EQ(verify({"--key", "suite.yaml"}).code, 4);
  project_.write("evidence/attestation.json", "{}");
  EXPECT_EQ(verify({"--key", "key.pub.pem"}).code, 4);
}

TEST_F(Attestation, is_not_signed_with_a_key_of_another_kind) {
  const auto made = test::run_process(
      {"openssl", "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", "ec.pem"},
      {.folder = project_.folder().path()});
  ASSERT_EQ(made.code, 0) << made.err;
  for (const char* key : {"ec.pem", "key.pub.pem", "suite.yaml", "nothing.pem"}) {
    const auto refused =
        project_.assay({"report", "latest", "--format", "attestation", "-o", "no/", "--sign-key", key});
    EXPECT_EQ(refused.code, 4) << key;
    EXPECT_TRUE(has(refused.err, "; help: ") || has(refused.err, "nothing.pem")) << refused.err;
    EXPECT_FALSE(project_.has("no/attestation.json")) << key;
  }
}

}  // namespace
}  // namespace assay::e2e
