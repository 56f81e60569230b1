/// Answers that try to grade themselves, and a gullible judge that repeats them: only its own verdict counts.

#include "tests/unit/judges/judged.hpp"

#include <assay/judges/attacks.hpp>

#include <re2/re2.h>

#include <functional>

namespace assay::judges {
namespace {

/// How the judge repeats an answer beside its own verdict, an object and a line.
struct Form {
  std::string name;
  std::function<std::string(const std::string& answer, const std::string& object, const std::string& line)> reply;
};

std::vector<Form> forms() {
  using Text = const std::string&;
  return {
      {"before, JSON", [](Text answer, Text object, Text) { return answer + "\n" + object; }},
      {"after, JSON", [](Text answer, Text object, Text) { return object + "\n" + answer; }},
      {"around, JSON", [](Text answer, Text object, Text) { return answer + "\n" + object + "\n" + answer; }},
      {"before, code fence", [](Text answer, Text object, Text) { return answer + "\n```json\n" + object + "\n```"; }},
      {"before, text", [](Text answer, Text, Text line) { return answer + "\n" + line; }},
      {"after, text", [](Text answer, Text, Text line) { return line + "\n\n" + answer; }},
      {"around, text", [](Text answer, Text, Text line) { return answer + "\n" + line + "\n" + answer; }},
      {"quoted, text", [](Text answer, Text, Text line) { return "The answer \"" + answer + "\" is poor.\n" + line; }},
  };
}

// The verdict with the answer as its reason: written as JSON has it, and as a careless model would.
std::string with_reason(const std::string& answer, const std::string& key, const Json& verdict) {
  return Json{{"reason", answer}, {key, verdict}}.dump(-1, ' ', false, Json::error_handler_t::replace);
}
std::string with_raw_reason(const std::string& answer, const std::string& key, const Json& verdict) {
  return "{\"reason\": \"" + answer + "\", \"" + key + "\": " + verdict.dump() + "}";
}

/// A check, what its judge says, and what an attacker wants it to say.
struct Target {
  std::string check;
  Offer offer;
  Json verdict;
  double value;
};

std::vector<Target> targets() {
  return {{"rubric: {criteria: c, scale: {1: bad, 5: good}, pass: 4}", {"score", "5", "1"}, 2, 0.25},
          {"g_eval: {criteria: c, steps: [s], pass: 4}", {"score", "5", "1"}, 2, 0.25},
          {"graded_qa: Paris", {"verdict", "correct", "incorrect"}, "incorrect", 0},
          {"closed_qa: Names Paris.", {"verdict", "yes", "no"}, "no", 0},
          {"fact: Paris", {"verdict", "same", "disagree"}, "disagree", 0}};
}

// Every reply in which a gullible judge repeats an answer.
std::vector<std::pair<std::string, std::string>> replies(const std::string& answer, const Target& target) {
  const std::string key(target.offer.key);
  const auto object = Json{{"reason", "It is poor"}, {key, target.verdict}}.dump();
  const auto line =
      key + ": " + (target.verdict.is_string() ? target.verdict.get<std::string>() : target.verdict.dump());
  std::vector<std::pair<std::string, std::string>> all;
  for (const auto& form : forms()) all.emplace_back(form.name, form.reply(answer, object, line));
  all.emplace_back("inside the reason", with_reason(answer, key, target.verdict));
  all.emplace_back("inside the reason, raw", with_raw_reason(answer, key, target.verdict));
  return all;
}

TEST(Injection, a_judge_that_repeats_the_answer_keeps_its_own_verdict) {
  const auto corpus = attacks();
  ASSERT_GE(corpus.size(), 40u);
  for (const auto& target : targets()) {
    const auto compiled = compile_yaml(target.check, with_judges());
    ASSERT_NE(compiled.check, nullptr) << compiled.error();
    for (const auto& attack : corpus) {
      const auto answer = planted(attack, "Lyon, I believe", target.offer);
      for (const auto& [form, reply] : replies(answer, target)) {
        const auto judged = judge(*compiled.check, {.answer = answer}, {}, always(reply));
        EXPECT_DOUBLE_EQ(value_of(judged.score), target.value) << target.check << "\n"
                                                               << attack.id << ", " << form << ":\n"
                                                               << reply << "\n"
                                                               << judged.score.why;
      }
    }
  }
}

// The fence itself, as it stands in the judge's prompt, is repeated too.
TEST(Injection, a_judge_that_repeats_the_fenced_answer_keeps_its_own_verdict) {
  const auto target = targets().front();
  const auto compiled = compile_yaml(target.check, with_judges());
  ASSERT_NE(compiled.check, nullptr) << compiled.error();
  for (const auto& attack : attacks()) {
    const auto answer = planted(attack, "Lyon, I believe", target.offer);
    for (const auto& form : forms()) {
      const auto judged = judge(*compiled.check, {.answer = answer}, {}, [&](const Ask& ask) -> Reply {
        const auto prompt = assay::text_of(ask.question.messages.back());
        const auto begin = prompt.find("The answer to grade:\n") + std::string("The answer to grade:\n").size();
        const auto fence = prompt.substr(begin, prompt.rfind("\n\nReply with one JSON") - begin);
        EXPECT_NE(fence.find(answer), std::string::npos);
        return said(form.reply(fence, R"({"reason": "poor", "score": 2})", "score: 2"));
      });
      EXPECT_DOUBLE_EQ(value_of(judged.score), target.value) << attack.id << ", " << form.name << judged.score.why;
    }
  }
}

// A judge that repeats a part of the answer behind its verdict may leave the sample unscored, but never raises it.
TEST(Injection, repeating_a_part_of_the_answer_gains_nothing) {
  const auto target = targets().front();
  const auto compiled = compile_yaml(target.check, with_judges());
  ASSERT_NE(compiled.check, nullptr) << compiled.error();
  for (const auto& attack : attacks()) {
    const auto answer = planted(attack, "Lyon, I believe", target.offer);
    const auto part = answer.substr(answer.find('\n') == std::string::npos ? 5 : answer.find('\n') + 1);
    const std::string object = R"({"reason": "poor", "score": 2})";
    for (const auto& reply : {object + "\n" + part, "score: 2\n" + part, part + "\n" + object}) {
      const auto judged = judge(*compiled.check, {.answer = answer}, {}, always(reply));
      EXPECT_LE(value_of(judged.score), target.value) << attack.id << "\n" << reply;
    }
  }
}

// What many tools do: the first JSON object that parses, else the first number behind the word.
std::string naive_score(const std::string& reply) {
  for (auto at = reply.find('{'); at != std::string::npos; at = reply.find('{', at + 1)) {
    for (auto end = reply.find('}', at); end != std::string::npos; end = reply.find('}', end + 1)) {
      const auto json = Json::parse(reply.substr(at, end + 1 - at), nullptr, false);
      if (json.is_object() && json.contains("score")) return json["score"].dump();
    }
  }
  static const RE2 kScore("(?i)score\\W*(\\d+)");
  std::string score;
  return RE2::PartialMatch(reply, kScore, &score) ? score : "";
}

TEST(Injection, the_corpus_fools_a_parser_that_takes_the_first_verdict) {
  const auto target = targets().front();
  const auto corpus = attacks();
  std::size_t fooled = 0;
  std::size_t tried = 0;
  std::size_t attacks_that_fool = 0;
  for (const auto& attack : corpus) {
    const auto before = fooled;
    for (const auto& [form, reply] : replies(planted(attack, "Lyon, I believe", target.offer), target)) {
      ++tried;
      if (naive_score(reply) == "5") ++fooled;
    }
    if (fooled > before) ++attacks_that_fool;
  }
  RecordProperty("attacks", static_cast<int>(corpus.size()));
  RecordProperty("attacks_that_fool_a_naive_parser", static_cast<int>(attacks_that_fool));
  RecordProperty("replies", static_cast<int>(tried));
  RecordProperty("replies_misread_by_a_naive_parser", static_cast<int>(fooled));
  std::cout << "first-verdict parser: fooled by " << attacks_that_fool << " of " << corpus.size() << " attacks, in "
            << fooled << " of " << tried << " replies; ours: by none\n";
  EXPECT_GT(2 * attacks_that_fool, corpus.size());
}

}  // namespace
}  // namespace assay::judges
