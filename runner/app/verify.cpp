#include "runner/app/verify.hpp"

#include "runner/app/signing.hpp"

#include <assay/core/digest.hpp>
#include <assay/core/verdict.hpp>
#include <assay/reports/attestation.hpp>
#include <assay/reports/dsse.hpp>
#include <assay/store/store.hpp>
#include <assay/text/file.hpp>
#include <assay/text/utf8.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace assay::app {

namespace {

namespace fs = std::filesystem;

/// How one check ended; the worst of them is the exit code.
enum class Held { yes, not_told, no };

struct Line {
  Held held = Held::yes;
  std::string what;
};

/// What the statement claims, as far as it is checked.
struct Claim {
  std::string subject;  ///< hex
  std::string result;
  std::string run;
};

std::string text_at(const Json& json, const char* key) {
  if (!json.is_object()) return {};
  const auto found = json.find(key);
  return found == json.end() || !found->is_string() ? std::string() : found->get<std::string>();
}

const Json& at(const Json& json, const char* key) {
  static const Json kNothing;
  if (!json.is_object()) return kNothing;
  const auto found = json.find(key);
  return found == json.end() ? kNothing : *found;
}

std::optional<Claim> claim_of(const Json& statement) {
  if (text_at(statement, "_type") != reports::kStatementType) return std::nullopt;
  if (text_at(statement, "predicateType") != reports::kTestResult) return std::nullopt;
  const auto& subjects = at(statement, "subject");
  if (!subjects.is_array() || subjects.size() != 1) return std::nullopt;
  const auto& predicate = at(statement, "predicate");
  Claim claim{text_at(at(subjects.front(), "digest"), "sha256"), text_at(predicate, "result"),
              text_at(at(predicate, "assay"), "run")};
  if (claim.subject.empty() || claim.result.empty()) return std::nullopt;
  return claim;
}

Result<Line> check_signature(const reports::Envelope& envelope, const VerifyRequest& request) {
  if (!request.key) {
    if (request.allow_unsigned) return Line{Held::yes, "signature: there is one, and it was not checked"};
    return Line{Held::not_told, "signature: there is one; --key PUB.pem checks it"};
  }
  const auto signed_bytes = reports::pae(envelope.type, envelope.payload);
  for (const auto& each : envelope.signatures) {
    const auto good = verify_signature(*request.key, signed_bytes, each.bytes);
    if (!good) return good.error();
    if (*good) return Line{Held::yes, fmt::format("signature: good, by the key of {}", request.key->string())};
  }
  return Line{Held::no, fmt::format("signature: wrong, none of {} is by the key of {} over this payload",
                                    envelope.signatures.size(), request.key->string())};
}

Line no_signature(const VerifyRequest& request) {
  if (request.key) return {Held::no, "signature: none, and a key was given"};
  if (request.allow_unsigned) return {Held::yes, "signature: none"};
  return {Held::not_told, "signature: none; anybody may have written this (--unsigned takes it as it is)"};
}

Line check_manifest(const Claim& claim, const fs::path& beside) {
  std::error_code ignored;
  if (!fs::exists(beside, ignored)) {
    return {Held::yes, fmt::format("manifest: {} is not there, and was not checked", beside.string())};
  }
  const auto bytes = text::read_bytes(beside);
  if (!bytes) return {Held::not_told, "manifest: " + bytes.error().message};
  if (to_hex(sha256(*bytes)) == claim.subject)
    return {Held::yes, fmt::format("manifest: {} is the subject", beside.string())};
  return {Held::no, fmt::format("manifest: {} is not what the attestation speaks of", beside.string())};
}

/// Less the version that wrote it, which is not in the history.
Json without_runner(Json predicate) {
  const auto ours = predicate.find("assay");
  if (ours != predicate.end() && ours->is_object()) ours->erase("runner");
  return predicate;
}

/// Whole: with the right decision, and another result beside it, it would be believed.
bool says_the_same(const std::string& text, const Json& predicate) {
  const auto json = parse_json(text);
  const auto verdict = json ? verdict_from_json(*json) : Result<Verdict>(json.error());
  if (!verdict) return false;
  const auto expected = Json::parse(indented_json(reports::test_result(*verdict, {})));
  return without_runner(expected) == without_runner(predicate);
}

Result<Line> check_history(const Claim& claim, const Json& predicate, const fs::path& file) {
  auto store = store::Store::open_existing(file);
  if (!store) return store.error();
  const auto faults = (*store)->check_chain();
  if (!faults) return faults.error();
  if (!faults->empty()) {
    const auto& first = faults->front();
    return Line{Held::no,
                fmt::format("history: its chain of verdicts does not hold: run {}: {}", first.run, first.what)};
  }
  const auto row = (*store)->find(claim.run, false);
  if (!row || row->header.id != claim.run) {
    return Line{Held::no, fmt::format("history: it has no run {}", text::in_quotes(claim.run))};
  }
  const auto texts = (*store)->verdict_texts(claim.run);
  if (!texts) return texts.error();
  const bool found = std::ranges::any_of(*texts, [&](const auto& text) { return says_the_same(text, predicate); });
  if (found)
    return Line{Held::yes, fmt::format("history: the decision of run {} is in the chain, which holds", claim.run)};
  return Line{Held::no, fmt::format("history: run {} has no such decision at that place of the chain", claim.run)};
}

ExitCode conclude(const std::vector<Line>& lines, Console& console) {
  auto worst = Held::yes;
  for (const auto& line : lines) {
    constexpr std::array<std::string_view, 3> kSigns{"✓", "?", "✗"};
    console.out << fmt::format("  {} {}\n", kSigns[static_cast<std::size_t>(line.held)],
                               text::excerpt(line.what, 1000));
    worst = std::max(worst, line.held);
  }
  if (worst == Held::yes) return ExitCode::pass;
  return worst == Held::no ? ExitCode::block : ExitCode::error;
}

Error no_attestation(const fs::path& file, std::string_view what) {
  return {ErrorKind::invalid, fmt::format("{} is no attestation: {}", file.string(), what),
          "name the file that `assay report --format attestation` wrote"};
}

/// The file, taken apart.
struct Opened {
  std::optional<reports::Envelope> envelope;
  Json statement;  ///< null where the payload cannot be read
};

Result<Opened> open_file(const fs::path& file) {
  const auto text = text::read_bytes(file);
  if (!text) return text.error();
  auto json = parse_json(*text);
  if (!json) return no_attestation(file, json.error().message);
  if (json->is_object() && json->contains("_type")) return Opened{std::nullopt, *std::move(json)};
  auto envelope = reports::envelope_from_json(*json);
  if (!envelope) return no_attestation(file, envelope.error().message);
  const auto statement = parse_json(envelope->payload);
  return Opened{*std::move(envelope), statement ? *statement : Json()};
}

}  // namespace

ExitCode verify(const VerifyRequest& request, Console& console) {
  const auto opened = open_file(request.file);
  if (!opened) return fail(opened.error(), console);
  const auto signature =
      opened->envelope ? check_signature(*opened->envelope, request) : Result<Line>(no_signature(request));
  if (!signature) return fail(signature.error(), console);
  std::vector<Line> lines{*signature};
  const bool known_type = !opened->envelope || opened->envelope->type == reports::kPayloadType;
  const auto claim = known_type ? claim_of(opened->statement) : std::nullopt;
  if (!claim) {
    lines.push_back({Held::no, "statement: it cannot be read as an in-toto test result"});
    return conclude(lines, console);
  }
  lines.push_back(
      {Held::yes, fmt::format("statement: an in-toto test result, {}, of run {}", claim->result, claim->run)});
  lines.push_back(check_manifest(*claim, request.file.parent_path() / reports::kManifestFile));
  if (request.store) {
    auto history = check_history(*claim, at(opened->statement, "predicate"), *request.store);
    if (!history) return fail(history.error(), console);
    lines.push_back(*std::move(history));
  }
  return conclude(lines, console);
}

}  // namespace assay::app
