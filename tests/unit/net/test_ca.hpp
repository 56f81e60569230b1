#pragma once
/// A certificate authority for one test: nothing expires, nothing is checked in.

#include <filesystem>
#include <memory>
#include <string>

namespace assay::net::test {

/// Files of a fresh authority in a folder of its own, removed at the end.
class TestCa {
 public:
  TestCa();
  TestCa(const TestCa&) = delete;
  TestCa& operator=(const TestCa&) = delete;
  ~TestCa();

  [[nodiscard]] std::string file() const { return path("ca.pem"); }
  [[nodiscard]] std::string path(const std::string& name) const { return (folder_ / name).string(); }

  struct Files {
    std::string certificate;
    std::string private_key;
  };
  /// `names` in OpenSSL's words: `DNS:localhost,IP:127.0.0.1`. `days` of validity; negative: it has expired.
  [[nodiscard]] Files issue(const std::string& names, int days = 1) const;

 private:
  struct Keys;
  std::filesystem::path folder_;
  std::unique_ptr<Keys> keys_;
};

}  // namespace assay::net::test
