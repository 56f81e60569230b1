/// classification: the answer's label is the expected one, out of a closed set.

#include "judges/heuristic/characters.hpp"
#include "judges/heuristic/rows.hpp"
#include "judges/options.hpp"
#include "judges/result.hpp"
#include "judges/schemas.hpp"
#include "runner/text/decode.hpp"

#include <assay/text/utf8.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace assay::judges {

namespace {

enum class Extract { whole, first, last, line };

struct Label {
  std::string shown;
  std::string compared;
};

/// The closed set, and how the answer's label is found.
struct Classes {
  std::vector<Label> labels;
  Extract extract = Extract::whole;
  bool ignore_case = false;

  [[nodiscard]] std::string compared(std::string_view text) const {
    return ignore_case ? text::fold_case(text) : std::string(text);
  }
};

const Label* equal_to(const std::vector<Label>& labels, std::string_view text) {
  const auto found = std::ranges::find(labels, text, &Label::compared);
  return found == labels.end() ? nullptr : &*found;
}

// `spam`, ` "Spam". `, `**spam**`: a label alone, dressed as people and models do.
const Label* whole_label(const std::vector<Label>& labels, std::string_view text) {
  constexpr std::string_view kDress = " \t\r\n\"'`*_.!";
  text = text::trim(text);
  if (const auto* const label = equal_to(labels, text)) return label;
  const auto begin = text.find_first_not_of(kDress);
  if (begin == std::string_view::npos) return nullptr;
  return equal_to(labels, text.substr(begin, text.find_last_not_of(kDress) - begin + 1));
}

bool joins(char32_t c) {
  return c == '_' || (is_word(c) && !is_ideograph(c));
}

// True if a label that begins (or ends) at `at` goes on there: `nonspam`, `non-spam`.
bool joined_before(std::string_view text, std::size_t at) {
  if (at == 0) return false;
  const auto before = text::previous(text, at);
  if (text[before] == '-') return before > 0 && joins(text::decode(text, text::previous(text, before)).code);
  return joins(text::decode(text, before).code) && joins(text::decode(text, at).code);
}

bool joined_after(std::string_view text, std::size_t at) {
  if (at == text.size()) return false;
  if (text[at] == '-') return at + 1 < text.size() && joins(text::decode(text, at + 1).code);
  return joins(text::decode(text, at).code) && joins(text::decode(text, text::previous(text, at)).code);
}

struct Hit {
  std::size_t at = 0;
  const Label* label = nullptr;
};

// Labels that stand as words of their own, from the left; of two that overlap the longer one (`not spam`, `spam`).
std::vector<Hit> find_labels(const std::vector<Label>& labels, std::string_view text) {
  std::vector<Hit> all;
  for (const auto& label : labels) {
    const std::string_view word = label.compared;
    for (auto at = text.find(word); at != std::string_view::npos; at = text.find(word, at + 1)) {
      if (!joined_before(text, at) && !joined_after(text, at + word.size())) all.push_back({at, &label});
    }
  }
  std::ranges::sort(all, [](const Hit& a, const Hit& b) {
    return a.at != b.at ? a.at < b.at : a.label->compared.size() > b.label->compared.size();
  });
  std::vector<Hit> apart;
  for (const auto& hit : all) {
    if (apart.empty() || hit.at >= apart.back().at + apart.back().label->compared.size()) apart.push_back(hit);
  }
  return apart;
}

// The last line that is not blank; `Label: spam` is read as `spam`.
const Label* line_label(const std::vector<Label>& labels, std::string_view text) {
  text = text::trim(text);
  const auto line = text.substr(text.find_last_of('\n') + 1);
  if (const auto* const label = whole_label(labels, line)) return label;
  const auto colon = line.find(':');
  return colon == std::string_view::npos ? nullptr : whole_label(labels, line.substr(colon + 1));
}

const Label* predict(const Classes& classes, std::string_view answer) {
  const std::string text = classes.compared(answer);
  if (classes.extract == Extract::whole) return whole_label(classes.labels, text);
  if (classes.extract == Extract::line) return line_label(classes.labels, text);
  const auto hits = find_labels(classes.labels, text);
  if (hits.empty()) return nullptr;
  return classes.extract == Extract::first ? hits.front().label : hits.back().label;
}

std::string listed(const std::vector<Label>& labels) {
  constexpr std::size_t kShown = 12;
  std::string list;
  for (std::size_t i = 0; i < std::min(labels.size(), kShown); ++i) {
    list += (i == 0 ? "" : ", ") + text::in_quotes(labels[i].shown, 40);
  }
  return labels.size() > kShown ? fmt::format("{} and {} more", list, labels.size() - kShown) : list;
}

Score score(const Classes& classes, const std::string& expected, bool explain_pass, const CheckContext& context) {
  const Label* const predicted = predict(classes, context.answer);
  const bool at_end = classes.extract == Extract::last || classes.extract == Extract::line;
  const auto seen = shown_answer(context, at_end ? context.answer.size() : 0);
  const auto wanted = text::in_quotes(expected, 40);
  Score result;
  if (predicted == nullptr) {
    result = failed(fmt::format("expected the label {}, found none of {} in {}", wanted, listed(classes.labels), seen));
  } else if (predicted->shown != expected) {
    result = failed(
        fmt::format("expected the label {}, found {} in {}", wanted, text::in_quotes(predicted->shown, 40), seen));
  } else {
    result = passed();
    if (explain_pass) result.why = fmt::format("the label is {}: {}", wanted, seen);
  }
  Json details = {{"expected", expected}, {"predicted", nullptr}};
  if (predicted != nullptr) details["predicted"] = predicted->shown;
  result.details = dump_json(details);
  return result;
}

Parsed<std::string> parse_expected(const Classes& classes, const Json& value) {
  const std::string written = text_of(value);
  const std::string compared = classes.compared(text::trim(written));
  if (const auto* const label = equal_to(classes.labels, compared)) return label->shown;
  return Wrong{fmt::format("must be one of the labels {}, found {}", listed(classes.labels), text::in_quotes(written)),
               "add it to `labels`, or write it as there"};
}

Extract read_extract(OptionReader& reader) {
  const auto word = reader.choice("extract", {"whole", "first", "last", "line"});
  if (word == "first") return Extract::first;
  if (word == "last") return Extract::last;
  return word == "line" ? Extract::line : Extract::whole;
}

Classes read_classes(OptionReader& reader) {
  Classes classes;
  classes.extract = read_extract(reader);
  classes.ignore_case = reader.flag("ignore_case");
  const auto* const node = reader.reader().require("labels", "[spam, ham]");
  if (node == nullptr) return classes;
  for (const auto& written : reader.reader().strings("labels")) {
    const std::string shown(text::trim(written));
    classes.labels.push_back({shown, classes.compared(shown)});
  }
  auto sorted = classes.labels;
  std::ranges::sort(sorted, {}, &Label::compared);
  const bool blank = !sorted.empty() && sorted.front().compared.empty();
  const bool twice = std::ranges::adjacent_find(sorted, {}, &Label::compared) != sorted.end();
  if (sorted.size() < 2 || blank || twice) {
    reader.diagnostics().error(node->place(), "the labels of 'classification' must be two or more different texts",
                               "write `labels: [spam, ham]`");
  }
  return classes;
}

std::optional<CompiledCheck> make(const text::Node& options, const CompileEnv& env, Diagnostics& diagnostics) {
  OptionReader reader(options, "classification", diagnostics);
  const auto classes = std::make_shared<const Classes>(read_classes(reader));
  auto source = reader.text("value", "\"{{label}}\"");
  // A wrong set of labels is reported once, not again as a value that is not in it.
  const auto expected =
      classes->labels.size() < 2
          ? std::nullopt
          : reader.ready<std::string>(
                std::move(source), [classes](const Json& value) { return parse_expected(*classes, value); });
  if (!reader.finish() || !expected) return std::nullopt;
  CompiledCheck check;
  check.run = at_once([classes, expected = *expected, explain_pass = env.explain_pass](const CheckContext& context) {
    const auto label = expected.get(context.scope);
    return label ? score(*classes, **label, explain_pass, context) : broken(label.error());
  });
  check.verify = [expected = *expected](const Scope& scope) -> Result<void> {
    const auto label = expected.get(scope);
    return label ? Result<void>() : label.error();
  };
  return check;
}

Json options() {
  const Json labels = {{"description", "The closed set: two or more"},
                       {"type", "array"},
                       {"minItems", 2},
                       {"items", {{"type", {"string", "number", "boolean"}}}},
                       {"examples", Json::array({Json{"spam", "ham"}})}};
  return options_schema({{"value", text_schema("The right label", {"spam", "{{label}}"})},
                         {"labels", labels},
                         {"extract", choice_schema("Where the answer's label stands; default: it is the whole answer",
                                                   {"whole", "first", "last", "line"})},
                         {"ignore_case", ignore_case_schema()}},
                        {"value", "labels"});
}

}  // namespace

CheckKind classification_row() {
  return {
      .name = "classification",
      .doc =
          "1 if the answer's label is the expected one, else 0. `labels` is the closed set. `extract` says where the "
          "label stands: `whole` (the default: the answer is the label; quotes, asterisks and a full stop around it "
          "do not count), `first` or `last` (as a word of its own; of two that overlap the longer), or `line` (the "
          "last line, also after a colon). An answer without a label of the set is wrong, and is told so. Over a "
          "suite the labels give a confusion matrix, accuracy, macro-F1 and MCC.",
      .example = "classification: {value: spam, labels: [spam, ham]}",
      .short_key = "",
      .options = options,
      .short_form = no_short_form,
      .make = make};
}

}  // namespace assay::judges
