/// embedding: how near the answer is to a reference in meaning, as a model of embeddings sees it.

#include "judges/model/judge_option.hpp"
#include "judges/model/rows.hpp"
#include "judges/options.hpp"
#include "judges/result.hpp"
#include "judges/schemas.hpp"

#include <assay/text/utf8.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace assay::judges {

namespace {

constexpr std::string_view kAsk = "embed";
constexpr std::size_t kMostReferences = 100;

using References = std::vector<std::string>;
using Vector = std::vector<double>;

Parsed<References> parse_references(const Json& value) {
  const std::string example = "write the expected answer, or a list of them";
  if (value.is_object()) return Wrong{"must be text, found a mapping", example};
  if (value.is_array() && (value.empty() || value.size() > kMostReferences)) {
    return Wrong{fmt::format("must be 1 to {} texts, found {}", kMostReferences, value.size()), example};
  }
  References references;
  const auto add = [&](const Json& item) {
    references.push_back(item.is_null() ? "" : text_of(item));
    return !text::trim(references.back()).empty();
  };
  const bool good = value.is_array() ? std::ranges::all_of(value, add) : add(value);
  if (!good) return Wrong{"holds an empty text", example};
  return references;
}

// One text a message: the answer, then the references.
Question question_to(const std::string& judge, std::string_view answer, const References& references) {
  Question question{.to = judge, .messages = {{Author::user, {Text{std::string(answer)}}}}, .schema = {}};
  for (const auto& reference : references) question.messages.push_back({Author::user, {Text{reference}}});
  return question;
}

std::optional<Vector> read_vector(const Json& item) {
  if (!item.is_array() || item.empty()) return std::nullopt;
  Vector vector;
  vector.reserve(item.size());
  for (const auto& number : item) {
    if (!number.is_number()) return std::nullopt;
    vector.push_back(number.get<double>());
  }
  return vector;
}

/// As many vectors of one length as there are texts, or why not.
std::variant<std::vector<Vector>, std::string> read_vectors(const std::string& reply, std::size_t texts) {
  const auto json = parse_json(reply);
  if (!json || !json->is_array()) return std::string("the judge's reply is no list of embeddings");
  if (json->size() != texts) return fmt::format("the judge gave {} embeddings for {} texts", json->size(), texts);
  std::vector<Vector> vectors;
  for (const auto& item : *json) {
    auto vector = read_vector(item);
    if (!vector) return std::string("an embedding is no list of numbers");
    if (!vectors.empty() && vector->size() != vectors.front().size()) {
      return fmt::format("the embeddings differ in length: {} and {}", vectors.front().size(), vector->size());
    }
    vectors.push_back(*std::move(vector));
  }
  return vectors;
}

// Scaled by the greatest component, so that no square overflows.
double norm(const Vector& vector, double& scale) {
  scale = 0;
  for (const double x : vector) scale = std::max(scale, std::abs(x));
  double sum = 0;
  if (scale > 0) {
    for (const double x : vector) sum += (x / scale) * (x / scale);
  }
  return std::sqrt(sum);
}

// Nothing where a vector has no direction.
std::optional<double> cosine(const Vector& a, const Vector& b) {
  double scale_a = 0;
  double scale_b = 0;
  const double norm_a = norm(a, scale_a);
  const double norm_b = norm(b, scale_b);
  if (norm_a == 0 || norm_b == 0) return std::nullopt;
  double dot = 0;
  for (std::size_t i = 0; i < a.size(); ++i) dot += (a[i] / scale_a) * (b[i] / scale_b);
  const double value = dot / norm_a / norm_b;
  return std::isfinite(value) ? std::optional(value) : std::nullopt;
}

Score compare(const std::vector<Vector>& vectors, const References& references, const CheckContext& context) {
  double best = -2;
  std::size_t nearest = 0;
  for (std::size_t i = 0; i < references.size(); ++i) {
    const auto value = cosine(vectors.front(), vectors[i + 1]);
    if (!value) return unscored("an embedding has no direction: all of it is 0");
    if (*value <= best) continue;
    best = *value;
    nearest = i;
  }
  const double value = std::clamp(best, 0.0, 1.0);
  // `threshold`, which every such check has, decides.
  return failed(fmt::format("the cosine similarity with {} is {:.4g}: {}", text::in_quotes(references[nearest]), best,
                            shown_answer(context)),
                value);
}

CheckStep run(const JudgeUse& use, const References& references, const CheckContext& context, const Answers& answers) {
  if (text::trim(context.answer).empty())
    return failed(fmt::format("there is nothing to embed: {}", shown_answer(context)));
  const auto answer = answers.find(kAsk);
  if (answer == answers.end()) {
    return std::vector{Ask{std::string(kAsk), question_to(use.judge, context.answer, references)}};
  }
  if (const auto* const error = std::get_if<Error>(&answer->second)) return broken(*error);
  const auto reply = assay::text_of(std::get<Response>(answer->second).message);
  const auto vectors = read_vectors(reply, references.size() + 1);
  if (const auto* const why = std::get_if<std::string>(&vectors)) return unscored(*why);
  return compare(std::get<std::vector<Vector>>(vectors), references, context);
}

std::optional<CompiledCheck> make(const text::Node& options, const CompileEnv& env, Diagnostics& diagnostics) {
  OptionReader reader(options, "embedding", diagnostics);
  const auto judge = read_judge(reader, env, JudgeKind::embeddings);
  const auto references = reader.ready<References>(reader.value("value", "\"{{expected}}\""), parse_references);
  if (!env.has_threshold) {
    reader.reader().error("check 'embedding' needs a `threshold`: texts that mean the same are near, not equal",
                          "write `embedding: {value: …, threshold: 0.8}`, and look at what your model gives");
  }
  if (!reader.finish() || !judge || !references) return std::nullopt;
  const auto use = use_of(*judge, {}, options);
  CompiledCheck check;
  set_judge(check, use);
  check.run = [use, references = *references](const CheckContext& context, const Answers& answers) -> CheckStep {
    const auto texts = references.get(context.scope);
    if (!texts) return broken(texts.error());
    return run(use, **texts, context, answers);
  };
  check.verify = [references = *references](const Scope& scope) -> Result<void> {
    const auto texts = references.get(scope);
    return texts ? Result<void>() : texts.error();
  };
  return check;
}

Json options() {
  const Json text = {{"type", {"string", "number", "boolean"}}};
  Json judge = judge_option_schema();
  judge["description"] = "Who embeds: a judge of `api: openai-embeddings`; may be left out if there is one";
  judge["examples"] = {"vectors"};
  const Json value = {{"description", "The expected answer, or a list of them of which the nearest counts"},
                      {"anyOf", {text, Json{{"type", "array"}, {"minItems", 1}, {"items", text}}}},
                      {"examples", {"Paris", Json{"Paris", "the capital of France"}, "{{expected}}"}}};
  return options_schema({{"value", value}, {"judge", judge}}, {"value", "threshold"});
}

}  // namespace

CheckKind embedding_row() {
  return {.name = "embedding",
          .doc =
              "The cosine similarity of the answer's embedding and the reference's, −1 to 1, of which a negative one "
              "counts "
              "0; of several references the nearest counts. Asks a judge of `api: openai-embeddings`. Passes from "
              "`threshold`, which it needs. An empty answer is 0 and is not asked about; vectors of unequal length or "
              "without a direction are unscored.",
          .example = "embedding: {value: Paris is the capital of France., threshold: 0.8}",
          .short_key = "",
          .options = options,
          .short_form = no_short_form,
          .make = make};
}

}  // namespace assay::judges
