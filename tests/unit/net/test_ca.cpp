#include "tests/unit/net/test_ca.hpp"

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <stdexcept>

namespace assay::net::test {

namespace {

using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using Certificate = std::unique_ptr<X509, decltype(&X509_free)>;

template <class Write>
void write_file(const std::string& path, Write write) {
  std::FILE* file = std::fopen(path.c_str(), "w");
  if (file == nullptr) throw std::runtime_error("cannot write " + path);
  write(file);
  std::fclose(file);
}

void add_extension(X509* certificate, X509* issuer, int nid, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str());
  if (extension == nullptr) throw std::runtime_error("bad extension " + value);
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

Certificate make_certificate(EVP_PKEY* key, const std::string& name, int days) {
  static long serial = 0;
  Certificate certificate(X509_new(), X509_free);
  X509_set_version(certificate.get(), 2);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), ++serial);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -100L * 24 * 3600);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), days * 24L * 3600);
  X509_set_pubkey(certificate.get(), key);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate.get()), "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
  return certificate;
}

}  // namespace

struct TestCa::Keys {
  Key key{EVP_EC_gen("P-256"), EVP_PKEY_free};
  Certificate certificate{make_certificate(key.get(), "Assay test authority", 1)};
};

TestCa::TestCa() : keys_(std::make_unique<Keys>()) {
  std::string pattern = (std::filesystem::temp_directory_path() / "assay-ca-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("cannot make a temporary folder");
  folder_ = pattern;
  X509* certificate = keys_->certificate.get();
  X509_set_issuer_name(certificate, X509_get_subject_name(certificate));
  add_extension(certificate, certificate, NID_basic_constraints, "critical,CA:TRUE");
  X509_sign(certificate, keys_->key.get(), EVP_sha256());
  write_file(file(), [&](std::FILE* out) { PEM_write_X509(out, certificate); });
}

TestCa::~TestCa() {
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

TestCa::Files TestCa::issue(const std::string& names, int days) const {
  const Key key(EVP_EC_gen("P-256"), EVP_PKEY_free);
  const Certificate certificate = make_certificate(key.get(), "Assay test server", days);
  X509_set_issuer_name(certificate.get(), X509_get_subject_name(keys_->certificate.get()));
  add_extension(certificate.get(), keys_->certificate.get(), NID_subject_alt_name, names);
  X509_sign(certificate.get(), keys_->key.get(), EVP_sha256());
  Files files{path("server.pem"), path("server.key")};
  write_file(files.certificate, [&](std::FILE* out) { PEM_write_X509(out, certificate.get()); });
  write_file(files.private_key,
             [&](std::FILE* out) { PEM_write_PrivateKey(out, key.get(), nullptr, nullptr, 0, nullptr, nullptr); });
  return files;
}

}  // namespace assay::net::test
