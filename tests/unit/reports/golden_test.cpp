#include "tests/support/golden.hpp"

#include "reports/display.hpp"

#include <assay/reports/history.hpp>
#include <assay/reports/metrics.hpp>
#include <assay/reports/show.hpp>
#include <assay/reports/terminal.hpp>

#include <memory>

namespace assay::reports {
namespace {

using test::expect_golden;

GateResult gate(std::string id, GateState state, double estimate, std::pair<double, double> interval) {
  GateResult gate;
  gate.id = std::move(id);
  gate.suite = "capitals";
  gate.metric = "pass_rate";
  gate.n = 1319;
  gate.estimate = estimate;
  gate.interval = interval;
  gate.claim = "pass_rate >= 0.8";
  gate.state = state;
  gate.method = "wilson";
  return gate;
}

Verdict blocked() {
  Verdict verdict;
  verdict.run = "01JD8Z3V";
  verdict.kind = VerdictKind::block;
  verdict.exit = ExitCode::block;
  verdict.target = "v7";
  verdict.model = "support-2026-11";
  verdict.reasons = {
      "gate 'overall' of suite 'capitals' blocks: the pass rate is 71.2 %, and even its upper bound of 73.2 % is below "
      "the "
      "floor of 80 %; 116 more passing cases would have been needed",
      "gate 'ttft' is open"};
  verdict.warnings = {"the judge 'strict' is not calibrated"};
  verdict.gates = {gate("overall", GateState::block, 0.712, {0.691, 0.732}),
                   gate("by-continent", GateState::pass, 0.95, {0.901, 0.9996})};
  verdict.gates[1].slice = {{"continent", "asia"}};
  GateResult ttft = gate("ttft", GateState::inconclusive, 1.42, {1.1, 1.9});
  ttft.metric = "ttft_p95";
  ttft.claim = "ttft_p95 <= 1.5";
  ttft.unit = Unit::seconds;
  ttft.blocking = false;
  verdict.gates.push_back(ttft);
  GateResult cost = gate("cost", GateState::error, 0, {0, 0});
  cost.estimate.reset();
  cost.interval.reset();
  cost.claim = "cost_per_pass <= 0.02";
  cost.unit = Unit::usd;
  verdict.gates.push_back(cost);
  SuiteSummary suite;
  suite.id = "capitals";
  suite.balance = {1319, 1300, 0, 19, 0};
  verdict.suites = {suite};
  verdict.cost = {1319, 1402, 0, 120'400, 34'120, 0.0385};
  verdict.timing.wall_s = 912;
  verdict.timing.concurrency = 16;
  verdict.timing.ttft_ms = {120, 340, 810};
  verdict.timing.e2e_ms = {1420, 2900, 4100};
  return verdict;
}

std::vector<FailingCase> failing() {
  return {{"capitals", "jp", "contains: the answer does not contain 'Tokyo': 京都です。京都は日本の首都です。", 3, 3},
          {"capitals", "a-case-with-a-long-name-that-somebody-generated-from-a-url", std::string(200, 'x'), 1, 3}};
}

Report report_of(Verdict verdict, FailingCases failing = {}) {
  Report report;
  report.verdict = std::move(verdict);
  report.failing = std::move(failing);
  return report;
}

void expect_width(const std::string& text, int width) {
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) EXPECT_LE(display_width(line), width) << line;
}

TEST(Summary, of_a_blocked_run) {
  const std::string text = terminal_summary(report_of(blocked(), {failing(), 75, true}),
                                            {".assay/runs/01JD8Z3V/verdict.json", "out.html"}, {});
  expect_golden("summary-block.txt", text);
  expect_width(text, 100);
}

TEST(Summary, of_a_passed_run_in_color) {
  Verdict verdict = blocked();
  verdict.kind = VerdictKind::pass;
  verdict.exit = ExitCode::pass;
  verdict.reasons = {"every blocking gate proved its claim"};
  verdict.warnings.clear();
  verdict.gates.resize(2);
  verdict.gates[0].state = GateState::pass;
  verdict.suites.push_back(verdict.suites[0]);
  verdict.suites[1].id = "rivers";
  verdict.cost.usd.reset();
  verdict.timing = {};
  expect_golden("summary-pass-color.txt", terminal_summary(report_of(verdict), {}, {true, 80}));
}

TEST(Summary, says_of_every_judge_how_far_it_may_be_believed) {
  Verdict verdict = blocked();
  verdict.kind = VerdictKind::inconclusive;
  verdict.exit = ExitCode::inconclusive;
  verdict.reasons = {"overall (capitals): judge 'strict' may not decide on 'polite': it was never measured"};
  verdict.warnings.clear();
  JudgeStanding trusted;
  trusted.suite = "capitals";
  trusted.metric = "grounded";
  trusted.judge = "lenient";
  trusted.model = "judge-1";
  trusted.state = "trusted";
  trusted.tpr = 0.95;
  trusted.tnr = 0.9;
  trusted.youden = 0.85;
  trusted.youden_lower = 0.794;
  trusted.labels = 1200;
  trusted.age_s = 10.4 * 24 * 3600;
  trusted.observed = 0.78;
  trusted.corrected = 0.8;
  trusted.corrected_interval = std::pair(0.7338, 0.8720);
  JudgeStanding one_sided = trusted;
  one_sided.state = "weak";
  one_sided.youden.reset();
  one_sided.youden_lower.reset();
  one_sided.corrected.reset();
  one_sided.corrected_interval.reset();
  one_sided.labels = 12;
  one_sided.age_s = 3600;
  JudgeStanding unmeasured;
  unmeasured.metric = "polite";
  unmeasured.judge = "strict";
  unmeasured.state = "unmeasured";
  unmeasured.observed = 0.95;
  verdict.judges = {trusted, one_sided, unmeasured};
  const std::string text = terminal_summary(report_of(verdict), {}, {false, 80});
  expect_golden("summary-judges.txt", text);
  expect_width(text, 80);
  verdict.judges.resize(40, unmeasured);
  EXPECT_NE(terminal_summary(report_of(verdict), {}, {}).find("… and 32 more in verdict.json"), std::string::npos);
}

// What a narrow terminal has no room for: never the number of a claim, nor the run that the next command asks for.
TEST(Summary, at_eighty_columns_keeps_the_claims_number_and_the_run) {
  Verdict verdict = blocked();
  verdict.run = "20261121-153959-ead1a9";
  verdict.model = "support-2026-11-a-rather-long-model-name";
  for (GateResult& each : verdict.gates) each.slice = {{"continent", "south-america"}};
  const std::string text = terminal_summary(report_of(verdict, {failing(), 0}), {}, {false, 80});
  EXPECT_NE(text.find(" · run 20261121-153959-ead1a9 · exit 1\n"), std::string::npos) << text;
  EXPECT_NE(text.find("≥ 0.8 "), std::string::npos) << text;
  EXPECT_NE(text.find("≤ 0.02 "), std::string::npos) << text;
  EXPECT_EQ(text.find("more; assay show"), std::string::npos) << text;
  expect_width(text, 80);
}

TEST(Summary, of_an_empty_verdict_has_no_empty_tables) {
  const std::string text = terminal_summary({}, {}, {});
  EXPECT_NE(text.find("ERROR"), std::string::npos);
  EXPECT_EQ(text.find("failing case"), std::string::npos);
  EXPECT_EQ(text.find("estimate"), std::string::npos);
}

TEST(Summary, of_a_thousand_slices_shows_those_that_do_not_pass) {
  Verdict verdict = blocked();
  verdict.gates.clear();
  for (int i = 0; i < 1000; ++i) {
    verdict.gates.push_back(
        gate("g" + std::to_string(i), i == 700 ? GateState::block : GateState::pass, 0.9, {0.8, 1}));
  }
  const std::string text = terminal_summary(report_of(verdict), {}, {});
  EXPECT_NE(text.find("g700"), std::string::npos);
  EXPECT_NE(text.find("999 more rows"), std::string::npos);
  EXPECT_LT(text.size(), 6000u);
}

// What a model or a suite's author could try on whoever reads the log.
TEST(Summary, hostile_text_stays_text) {
  const std::string attack = "\n::error::owned\r\x1b[2J\x1b]0;title\x07##[error]x\u202Eevil\u0085";
  Verdict verdict = blocked();
  verdict.target = attack;
  verdict.model = attack;
  verdict.run = attack;
  verdict.reasons = {attack, "::error::at the start"};
  verdict.warnings = {attack};
  for (GateResult& each : verdict.gates) {
    each.id = attack;
    each.suite = attack;
    each.claim = attack;
    each.slice = {{attack, attack}};
  }
  verdict.suites.push_back(verdict.suites[0]);
  verdict.suites[0].id = attack;
  verdict.judges.push_back({attack, attack, attack, attack, attack, {}, {}, {}, {}, 1, {}, {}, {}, {}});
  SuiteMetricsView metrics;
  metrics.suite = attack;
  metrics.tag = attack;
  metrics.lines = {{attack, Unit::share, true, 0.5, 0.5, 1, 1, 0.5}};
  metrics.variances = {{attack, 1, 1, 1}};
  metrics.summaries = {{attack, {attack}, {attack}, {1, 1}}};
  SampleView view{attack, attack, attack, 0, {{attack, attack}}, {{Author::user, {Text{attack}, Refusal{attack}}}},
                  {},     {},     {},     {}};
  Step step;
  step.name = attack;
  Response response;
  response.message.parts = {Text{attack}, ToolUse{attack, attack, attack}};
  response.raw = attack;
  response.served_model = response.request_id = response.finish_text = attack;
  step.result = response;
  Attempt attempt;
  attempt.request_id = attack;
  attempt.error = Error{ErrorKind::rejected, attack, attack};
  step.attempts = {attempt};
  Step asked = step;
  asked.role = Role::judge;
  asked.question = std::make_shared<const Question>(Question{attack, {{Author::user, {Text{attack}}}}, attack, true});
  Response contexts = response;
  contexts.message.parts.emplace_back(Contexts{{attack, attack}});
  contexts.message.parts.emplace_back(Logprobs{{{attack, -1, {}}}});
  asked.result = contexts;
  view.transcript.steps = {step, asked};
  view.scores = {{attack, attack, true, Unit::share, {Unscored{attack}, attack}}};
  const std::string texts[] = {
      terminal_summary(report_of(verdict, {{{attack, attack, attack, 1, 1}}, 1}), {attack}, {}),
      show_sample(view, {.wire = true}, {}),
      sample_table({{attack, attack, 0, outcome::EndpointError{{ErrorKind::rejected, attack, attack}}, {}, attack}},
                   {}),
      metrics_text({metrics}, {}),
      history_table({{attack, {}, attack, attack, attack, attack, 0, 0, {}, {}}}, {}),
  };
  for (const std::string& text : texts) {
    SCOPED_TRACE(text);
    for (const char* bad : {"\x1b", "\r", "\x07", "\u202E", "\u0085", "##["}) {
      EXPECT_EQ(text.find(bad), std::string::npos) << bad;
    }
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
      const auto first = line.find_first_not_of(" \t");
      EXPECT_FALSE(first != std::string::npos && line.substr(first).starts_with("::")) << line;
    }
  }
}

TEST(History, table) {
  HistoryLine finished;
  finished.run = "01JD8Z3V";
  finished.started = {1'763'719'200'000};
  finished.state = "BLOCK";
  finished.suites = "capitals, rivers";
  finished.target = "v7";
  finished.commit = "0123456789abcdef";
  finished.finished = finished.planned = 1319;
  finished.pass_rate = 0.712;
  finished.usd = 0.0385;
  HistoryLine interrupted = finished;
  interrupted.run = "01JD8Z00";
  interrupted.state = "interrupted";
  interrupted.finished = 412;
  interrupted.pass_rate.reset();
  interrupted.usd.reset();
  const std::string text = history_table({finished, interrupted}, {});
  expect_golden("history.txt", text);
  expect_width(text, 100);
  EXPECT_EQ(history_table({}, {}), "  no runs\n");
}

TEST(History, a_run_is_named_whole_whatever_the_width) {
  HistoryLine line;
  line.run = "20261121-153959-ead1a9";
  line.started = {1'763'719'200'000};
  line.state = "INCONCLUSIVE";
  line.suites = "capitals, rivers, mountains";
  line.target = "support-candidate";
  line.commit = "0123456789abcdef";
  line.finished = line.planned = 1319;
  line.pass_rate = 0.712;
  line.usd = 0.0385;
  for (const int width : {80, 100, 120}) {
    const std::string text = history_table({line}, {false, width});
    EXPECT_NE(text.find("  20261121-153959-ead1a9  "), std::string::npos) << text;
    if (width >= 100) expect_width(text, width);
  }
}

SampleView failed_sample() {
  SampleView view;
  view.suite = "capitals";
  view.case_id = "jp";
  view.case_digest = "sha256:" + std::string(64, 'a');
  view.tags = {{"continent", "asia"}, {"severity", "critical"}};
  view.messages = {{Author::system, {Text{"Answer with one word."}}},
                   {Author::user, {Text{"What is the capital of Japan?\nThink first."}}}};
  Step step;
  step.name = "turn/1";
  Response response;
  response.message.parts = {Text{"Kyoto"}};
  response.finish = Finish::stop;
  response.finish_text = "stop";
  response.usage = {100, 20, 40, std::nullopt};
  response.timings.ttft = std::chrono::milliseconds(120);
  response.timings.gaps = {std::chrono::milliseconds(10), std::chrono::milliseconds(30)};
  response.timings.total = std::chrono::milliseconds(500);
  response.served_model = "small-1";
  response.request_id = "req-2";
  response.raw = "data: {\"choices\":[]}\n\ndata: [DONE]\n\n";
  step.result = response;
  Attempt refused;
  refused.started = {1'763'719'200'000};
  refused.duration = std::chrono::milliseconds(3);
  refused.status = 429;
  refused.error = Error{ErrorKind::rate_limited, "HTTP 429: slow down", ""};
  Attempt good;
  good.started = {1'763'719'202'000};
  good.waited = std::chrono::seconds(2);
  good.duration = std::chrono::milliseconds(500);
  good.status = 200;
  good.request_id = "req-2";
  step.attempts = {refused, good};
  view.transcript.steps = {step};
  view.scores = {
      {"contains", "contains", true, Unit::share, {Scored{0, false}, "the answer does not contain 'Tokyo': Kyoto"}},
      {"length", "size", false, Unit::chars, {Scored{5, true}, ""}}};
  view.outcome = outcome::Scored{false, 0};
  view.price = Price{1, 10, std::nullopt};
  return view;
}

TEST(Show, a_failed_sample_down_to_the_wire) {
  const std::string text = show_sample(failed_sample(), {.wire = true}, {});
  expect_golden("show-sample.txt", text);
  expect_width(text, 100);
  EXPECT_EQ(show_sample(failed_sample(), {}, {}).find("as received"), std::string::npos);
}

TEST(Show, a_sample_that_got_no_answer) {
  SampleView view = failed_sample();
  const Error error{ErrorKind::transport, "connection refused by 127.0.0.1:1", "see whether the server is up"};
  view.transcript.steps[0].result = error;
  view.transcript.steps[0].attempts.resize(1);
  view.transcript.steps[0].attempts[0].status = 0;
  view.transcript.steps[0].attempts[0].error = error;
  view.scores.clear();
  view.outcome = outcome::EndpointError{error};
  expect_golden("show-sample-error.txt", show_sample(view, {.wire = true}, {}));
}

SampleView judged_sample() {
  SampleView view = failed_sample();
  Step& turn = view.transcript.steps[0];
  turn.attempts.erase(turn.attempts.begin());
  Step grade;
  grade.name = "check/0/grade";
  grade.role = Role::judge;
  std::string rubric = "Rate the answer between the marks.\n";
  for (int i = 1; i <= 12; ++i) rubric += "Rule " + std::to_string(i) + " of the rubric.\n";
  grade.question = std::make_shared<const Question>(
      Question{"strict", {{Author::system, {Text{"You are a judge."}}}, {Author::user, {Text{rubric}}}}, "{}", false});
  Response reply;
  reply.message.parts = {Text{"{\"reason\": \"Kyoto is not the capital.\", \"score\": 1}"}};
  reply.finish = Finish::stop;
  reply.finish_text = "stop";
  reply.usage = {400, 20, std::nullopt, std::nullopt};
  reply.timings.total = std::chrono::milliseconds(900);
  reply.served_model = "judge-1";
  reply.raw = "{}";
  grade.result = reply;
  Attempt attempt;
  attempt.started = {1'763'719'203'000};
  attempt.duration = std::chrono::milliseconds(900);
  attempt.status = 200;
  grade.attempts = {attempt};
  view.transcript.steps.push_back(grade);
  view.scores = {
      {"rubric", "rubric", true, Unit::share, {Scored{0, false}, "score 1 of 5: Kyoto is not the capital."}}};
  view.judge_prices["strict"] = Price{1, 10, std::nullopt};
  return view;
}

TEST(Show, what_a_judge_was_asked_and_what_it_said) {
  const std::string text = show_sample(judged_sample(), {}, {false, 80});
  expect_golden("show-sample-judged.txt", text);
  expect_width(text, 80);
  const std::string whole = show_sample(judged_sample(), {.questions = true}, {});
  EXPECT_NE(whole.find("Rule 12 of the rubric."), std::string::npos);
  EXPECT_EQ(whole.find("--whole"), std::string::npos);
}

TEST(Show, contexts_of_an_answer_are_shown_and_logprobs_are_counted) {
  SampleView view = failed_sample();
  auto& message = std::get<Response>(view.transcript.steps[0].result).message;
  message.parts.emplace_back(Contexts{{"Tokyo is the capital.", "Kyoto was."}});
  message.parts.emplace_back(Logprobs{{{"Ky", -0.1, {}}, {"oto", -0.2, {}}}});
  const std::string text = show_sample(view, {}, {});
  EXPECT_NE(text.find("│ (context 2) Kyoto was."), std::string::npos) << text;
  EXPECT_NE(text.find("(logprobs of 2 tokens)"), std::string::npos) << text;
}

TEST(Show, a_list_of_samples) {
  const std::vector<SampleLine> lines = {
      {"capitals", "jp", 0, outcome::Scored{false, 0}, std::chrono::milliseconds(500),
       "the answer does not contain 'Tokyo'"},
      {"capitals", "fr", 1, outcome::Scored{true, 1}, std::chrono::milliseconds(420), "Paris"},
      {"capitals", "de", 0, outcome::EndpointError{{ErrorKind::timeout, "no first token within 30 s", ""}}, {}, ""},
      {"capitals", "it", 0, outcome::Unscored{"the judge could not tell"}, std::chrono::seconds(2), ""},
      {"capitals", "es", 0, outcome::Skipped{"stopped"}, {}, ""}};
  const std::string text = sample_table(lines, {});
  expect_golden("sample-table.txt", text);
  expect_width(text, 100);
}

}  // namespace
}  // namespace assay::reports
