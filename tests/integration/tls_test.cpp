/// https: what a certificate that proves nothing ends in, and what one of a known authority does.

#include "tests/integration/harness.hpp"
#include "tests/unit/net/test_ca.hpp"

namespace assay::integration {
namespace {

RunSetup https(const net::test::TestCa& ca, const std::string& names, int days = 1) {
  const auto files = ca.issue(names, days);
  RunSetup setup;
  setup.server.certificate = files.certificate;
  setup.server.private_key = files.private_key;
  return setup;
}

void expect_tls_error(const Ran& ran) {
  ASSERT_EQ(ran.samples.size(), 1u);
  const auto* error = error_of(ran.samples[0]);
  ASSERT_NE(error, nullptr) << name(ran.samples[0].outcome);
  EXPECT_EQ(name(error->kind), "tls") << error->message;
  EXPECT_FALSE(error->hint.empty()) << error->message;
  EXPECT_EQ(attempts(ran.samples[0]).size(), 1u) << "a certificate does not get better by waiting";
  EXPECT_EQ(attempts(ran.samples[0])[0].status, 0);
  EXPECT_EQ(ran.requests, 0u);
}

TEST(Tls, an_unknown_authority_is_final_and_names_ca_file) {
  const net::test::TestCa ca;
  const auto ran = run(https(ca, "IP:127.0.0.1"));
  expect_tls_error(ran);
  EXPECT_NE(error_of(ran.samples[0])->hint.find("ca_file"), std::string::npos);
}

TEST(Tls, a_certificate_for_another_host_or_out_of_date_is_final) {
  const net::test::TestCa ca;
  for (const auto& [names, days] : {std::pair<std::string, int>{"DNS:elsewhere.test", 1}, {"IP:127.0.0.1", -1}}) {
    SCOPED_TRACE(names);
    auto setup = https(ca, names, days);
    setup.client.ca_file = ca.file();
    expect_tls_error(run(setup));
  }
}

TEST(Tls, a_known_authority_is_answered) {
  const net::test::TestCa ca;
  for (const bool stream : {true, false}) {
    SCOPED_TRACE(stream);
    auto setup = https(ca, "IP:127.0.0.1");
    setup.client.ca_file = ca.file();
    setup.stream = stream;
    setup.cases = 20;
    const auto ran = run(setup);
    EXPECT_EQ(ran.evidence.suites.at(0).balance.scored, 20u);
    EXPECT_EQ(ran.requests, 20u);
    EXPECT_LE(ran.connections, 4u);
  }
}

}  // namespace
}  // namespace assay::integration
