#include <assay/reports/dsse.hpp>

#include <fmt/format.h>

#include <cstdint>

namespace assay::reports {
namespace {

constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

std::optional<std::uint32_t> digit_of(char c) {
  if (c == '-') c = '+';
  if (c == '_') c = '/';
  const auto at = kAlphabet.find(c);
  return at == std::string_view::npos ? std::nullopt : std::optional(static_cast<std::uint32_t>(at));
}

Error no_envelope(std::string_view what) {
  return {ErrorKind::invalid,
          fmt::format("this is no DSSE envelope: {}", what),
          "name the file that `assay report --format attestation --sign-key` wrote",
          {}};
}

std::optional<std::string> text_at(const Json& json, const char* key) {
  const auto found = json.find(key);
  if (found == json.end() || !found->is_string()) return std::nullopt;
  return found->get<std::string>();
}

}  // namespace

std::string pae(std::string_view type, std::string_view body) {
  return fmt::format("DSSEv1 {} {} {} {}", type.size(), type, body.size(), body);
}

std::string base64(std::string_view bytes) {
  std::string out;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t count = std::min<std::size_t>(3, bytes.size() - i);
    std::uint32_t group = 0;
    for (std::size_t k = 0; k < 3; ++k) {
      group = (group << 8U) | (k < count ? static_cast<unsigned char>(bytes[i + k]) : 0U);
    }
    for (std::size_t k = 0; k < 4; ++k) {
      out += k <= count ? kAlphabet[(group >> (18 - 6 * k)) & 63U] : '=';
    }
  }
  return out;
}

std::optional<std::string> from_base64(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  const std::size_t padding = text.ends_with("==") ? 2 : text.ends_with("=") ? 1 : 0;
  std::string out;
  std::uint32_t group = 0;
  for (std::size_t i = 0; i < text.size() - padding; ++i) {
    const auto digit = digit_of(text[i]);
    if (!digit) return std::nullopt;
    group = (group << 6U) | *digit;
    if (i % 4 != 3) continue;
    for (const unsigned shift : {16U, 8U, 0U}) out += static_cast<char>((group >> shift) & 0xFFU);
    group = 0;
  }
  if (padding == 0) return out;
  group <<= 6U * padding;
  out += static_cast<char>((group >> 16U) & 0xFFU);
  if (padding == 1) out += static_cast<char>((group >> 8U) & 0xFFU);
  return out;
}

OrderedJson envelope_json(const Envelope& envelope) {
  auto signatures = OrderedJson::array();
  for (const auto& each : envelope.signatures) {
    signatures.push_back({{"keyid", each.keyid}, {"sig", base64(each.bytes)}});
  }
  return {{"payloadType", envelope.type}, {"payload", base64(envelope.payload)}, {"signatures", std::move(signatures)}};
}

Result<Envelope> envelope_from_json(const Json& json) {
  if (!json.is_object()) return no_envelope("it is no object");
  const auto type = text_at(json, "payloadType");
  const auto coded = text_at(json, "payload");
  if (!type || !coded) return no_envelope("payload or payloadType is missing");
  auto payload = from_base64(*coded);
  if (!payload) return no_envelope("the payload is no base64");
  Envelope envelope{*type, *std::move(payload), {}};
  const auto signatures = json.find("signatures");
  if (signatures == json.end() || !signatures->is_array()) return no_envelope("signatures are missing");
  for (const auto& each : *signatures) {
    const auto sig = each.is_object() ? text_at(each, "sig") : std::nullopt;
    auto bytes = sig ? from_base64(*sig) : std::nullopt;
    if (!bytes) return no_envelope("a signature is no base64");
    envelope.signatures.push_back({text_at(each, "keyid").value_or(""), *std::move(bytes)});
  }
  if (envelope.signatures.empty()) return no_envelope("it holds no signature");
  return envelope;
}

}  // namespace assay::reports
