#include "reports/table.hpp"

#include <assay/reports/show.hpp>
#include <assay/text/utf8.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

namespace assay::reports {
namespace {

Cell outcome_cell(const Outcome& outcome) {
  if (const auto* scored = std::get_if<outcome::Scored>(&outcome)) {
    return scored->pass ? Cell{"✓ pass", Paint::green} : Cell{"✗ fail", Paint::red};
  }
  if (std::holds_alternative<outcome::EndpointError>(outcome)) return {"! endpoint error", Paint::red};
  if (std::holds_alternative<outcome::JudgeError>(outcome)) return {"! judge error", Paint::red};
  if (std::holds_alternative<outcome::Unscored>(outcome)) return {"? unscored", Paint::yellow};
  return {"– skipped", Paint::dim};
}

std::string error_text(const Error& error) {
  return error.hint.empty() ? error.message : error.message + "; " + error.hint;
}

std::string why_of(const Outcome& outcome) {
  if (const auto* endpoint = std::get_if<outcome::EndpointError>(&outcome)) return error_text(endpoint->error);
  if (const auto* judge = std::get_if<outcome::JudgeError>(&outcome)) return error_text(judge->error);
  if (const auto* unscored = std::get_if<outcome::Unscored>(&outcome)) return unscored->why;
  if (const auto* skipped = std::get_if<outcome::Skipped>(&outcome)) return skipped->why;
  return {};
}

std::string contexts_text(const Contexts& contexts) {
  std::string out;
  for (std::size_t i = 0; i < contexts.passages.size(); ++i) {
    out += fmt::format("{}(context {}) {}", i == 0 ? "" : "\n", i + 1, contexts.passages[i]);
  }
  return out.empty() ? "(no context)" : out;
}

std::string part_text(const Part& part) {
  if (const auto* text = std::get_if<Text>(&part)) return text->text;
  if (const auto* refusal = std::get_if<Refusal>(&part)) return "(refused) " + refusal->text;
  if (const auto* contexts = std::get_if<Contexts>(&part)) return contexts_text(*contexts);
  if (const auto* logprobs = std::get_if<Logprobs>(&part)) {
    return fmt::format("(logprobs of {} tokens)", logprobs->tokens.size());
  }
  const auto& use = std::get<ToolUse>(part);
  return fmt::format("(tool {}) {}({})", use.id, use.name, use.arguments);
}

std::string message_block(const Message& message, const Style& style) {
  std::string out = fmt::format("  {}\n", paint(name(message.author), Paint::bold, style.color));
  if (message.parts.empty()) out += quoted_block("(nothing)", style.width);
  for (const Part& part : message.parts) out += quoted_block(part_text(part), style.width);
  return out;
}

/// The first lines of a block, and how many there are beside.
std::string cut_block(const std::string& block, std::size_t most) {
  std::size_t end = 0;
  for (std::size_t line = 0; line < most && end != std::string::npos; ++line) {
    end = block.find('\n', end);
    if (end != std::string::npos) ++end;
  }
  if (end == std::string::npos) return block;
  const auto others = std::count(block.begin() + static_cast<std::ptrdiff_t>(end), block.end(), '\n');
  if (others <= 1) return block;
  return fmt::format("{}    │ … {} more lines (--whole)\n", block.substr(0, end), others);
}

/// What a judge was asked.
std::string question_block(const Question& question, bool whole, const Style& style) {
  constexpr std::size_t kLines = 9;  // of a message, its author's line among them
  std::string out;
  for (const Message& message : question.messages) {
    const std::string block = message_block(message, style);
    out += whole ? block : cut_block(block, kLines);
  }
  if (!question.schema.empty()) out += paragraph("    ", "the answer is bound to a JSON Schema", style.width);
  return out;
}

std::string timing_text(const Timings& timings) {
  std::string out = "answered in " + show_duration(timings.total);
  if (timings.connect) out += ", connect " + show_duration(*timings.connect);
  if (timings.ttft) out += ", first token " + show_duration(*timings.ttft);
  if (!timings.gaps.empty()) {
    const Duration sum = std::accumulate(timings.gaps.begin(), timings.gaps.end(), Duration{});
    const auto count = static_cast<std::int64_t>(timings.gaps.size());
    out += fmt::format(", {} gaps of {} on average", count, show_duration(sum / count));
  }
  return out;
}

std::string usage_text(const Usage& usage) {
  if (!usage.input_tokens && !usage.output_tokens) return "tokens not counted";
  const auto show = [](const std::optional<std::int64_t>& count) {
    return count ? show_count(static_cast<std::uint64_t>(std::max<std::int64_t>(*count, 0))) : "?";
  };
  std::string out = fmt::format("{} input and {} output tokens", show(usage.input_tokens), show(usage.output_tokens));
  if (usage.cached_tokens.value_or(0) > 0) out += fmt::format(", {} cached", show(usage.cached_tokens));
  if (usage.reasoning_tokens.value_or(0) > 0) out += fmt::format(", {} for reasoning", show(usage.reasoning_tokens));
  return out;
}

std::string response_facts(const Response& response, const std::optional<Price>& price, const Style& style) {
  std::string out = paragraph("    ", timing_text(response.timings), style.width);
  std::string usage = usage_text(response.usage);
  if (const auto usd = price ? cost_usd(response.usage, *price) : std::nullopt) {
    usage += " · " + show_value(*usd, Unit::usd);
  }
  out += paragraph("    ", usage, style.width);
  std::string served = "finish " + std::string(name(response.finish));
  if (response.finish_text != name(response.finish) && !response.finish_text.empty()) {
    served += " (" + response.finish_text + ")";
  }
  if (!response.served_model.empty()) served += " · model " + response.served_model;
  if (!response.request_id.empty()) served += " · request " + response.request_id;
  return out + paragraph("    ", served, style.width);
}

std::string attempts_block(const std::vector<Attempt>& attempts, const Style& style) {
  std::string out;
  for (std::size_t i = 0; i < attempts.size(); ++i) {
    const Attempt& attempt = attempts[i];
    std::string text = fmt::format("{} · {}", to_rfc3339(attempt.started), show_duration(attempt.duration));
    if (attempt.waited > Duration{}) text += fmt::format(" after waiting {}", show_duration(attempt.waited));
    text += attempt.status != 0 ? fmt::format(" · HTTP {}", attempt.status) : " · no HTTP status";
    if (!attempt.request_id.empty()) text += " · request " + attempt.request_id;
    if (attempt.error) text += " · " + error_text(*attempt.error);
    out += paragraph(fmt::format("    attempt {}: ", i + 1), text, style.width);
  }
  return out;
}

/// Of whoever was asked; nothing where it is not known.
std::optional<Price> price_of(const Step& step, const SampleView& view) {
  if (step.role == Role::target) return view.price;
  const auto found = step.question ? view.judge_prices.find(step.question->to) : view.judge_prices.end();
  if (found == view.judge_prices.end()) return std::nullopt;
  return found->second;
}

// A program is asked as a judge is, and its name says that it is none.
std::string asked_of(const Step& step) {
  if (!step.question) return std::string(name(step.role));
  const std::string to = text::excerpt(step.question->to, 60);
  return to.starts_with("program:") ? to : fmt::format("{} {}", name(step.role), to);
}

std::string step_block(const Step& step, const SampleView& view, const Detail& detail, const Style& style) {
  const std::string who = fmt::format("({})", asked_of(step));
  std::string out = fmt::format("\n  {} {}\n", paint(text::excerpt(step.name), Paint::bold, style.color),
                                paint(who, Paint::dim, style.color));
  if (step.question) out += question_block(*step.question, detail.questions, style);
  out += attempts_block(step.attempts, style);
  if (const auto* error = std::get_if<Error>(&step.result)) {
    return out + paragraph("    failed: ", error_text(*error), style.width);
  }
  const auto& response = std::get<Response>(step.result);
  out += response_facts(response, price_of(step, view), style);
  out += message_block(response.message, style);
  if (detail.wire && (step.role == Role::target || detail.questions)) {
    out += fmt::format("  {}\n{}", paint("as received", Paint::bold, style.color),
                       quoted_block(response.raw, style.width));
  }
  return out;
}

std::vector<Cell> score_row(const ScoreView& view) {
  const std::string check = view.name == view.metric ? view.metric : fmt::format("{} ({})", view.metric, view.name);
  const std::string required = view.required ? "" : "not required";
  if (const auto* scored = std::get_if<Scored>(&view.score.state)) {
    return {scored->pass ? Cell{"✓ pass", Paint::green} : Cell{"✗ fail", Paint::red},
            {check},
            {show_value(scored->value, view.unit)},
            {required},
            {view.score.why}};
  }
  if (const auto* unscored = std::get_if<Unscored>(&view.score.state)) {
    const std::string& why = view.score.why.empty() ? unscored->why : view.score.why;
    return {{"? unscored", Paint::yellow}, {check}, {"–"}, {required}, {why}};
  }
  return {{"! error", Paint::red}, {check}, {"–"}, {required}, {error_text(std::get<Error>(view.score.state))}};
}

std::string scores_block(const SampleView& view, const Style& style) {
  if (view.scores.empty()) return {};
  static const std::vector<Heading> kHeadings = {
      {"state"}, {"check", false, 12}, {"score", true}, {"", false}, {"why", false, 20}};
  std::vector<std::vector<Cell>> rows;
  for (const ScoreView& score : view.scores) rows.push_back(score_row(score));
  std::string out = "\n" + render_table(kHeadings, std::move(rows), style.width, style.color);
  for (const ScoreView& score : view.scores) {  // whole: the table may have cut them
    if (display_width(text::excerpt(score.score.why, 1000)) > style.width / 2) {
      out += paragraph("  " + text::excerpt(score.metric, 40) + ": ", score.score.why, style.width);
    }
  }
  return out;
}

std::string heading(const SampleView& view, const Style& style) {
  const Cell outcome = outcome_cell(view.outcome);
  std::string out = fmt::format("  {}  {} · sample {}\n", paint(outcome.text, outcome.how, style.color),
                                text::excerpt(view.suite + "/" + view.case_id, 120), view.sample);
  if (const std::string why = why_of(view.outcome); !why.empty()) out += paragraph("  ", why, style.width);
  std::string tags;
  for (const auto& [key, value] : view.tags) tags += fmt::format("{}{}={}", tags.empty() ? "" : ", ", key, value);
  if (!tags.empty()) out += paragraph("  tags    ", tags, style.width);
  if (!view.case_digest.empty()) out += paragraph("  digest  ", view.case_digest, style.width);
  return out;
}

}  // namespace

std::string sample_table(const std::vector<SampleLine>& lines, const Style& style) {
  if (lines.empty()) return "  no samples\n";
  static const std::vector<Heading> kHeadings = {
      {"outcome"}, {"case", false, 16}, {"sample", true}, {"latency", true}, {"why, or the answer", false, 20}};
  std::vector<std::vector<Cell>> rows;
  for (const SampleLine& line : lines) {
    rows.push_back({outcome_cell(line.outcome),
                    {line.suite + "/" + line.case_id},
                    {std::to_string(line.sample)},
                    {line.latency ? show_duration(*line.latency) : "–"},
                    {line.what.empty() ? why_of(line.outcome) : line.what, Paint::dim}});
  }
  return harmless(render_table(kHeadings, std::move(rows), style.width, style.color));
}

std::string show_sample(const SampleView& view, const Detail& detail, const Style& style) {
  std::string out = heading(view, style) + "\n";
  for (const Message& message : view.messages) out += message_block(message, style);
  for (const Step& step : view.transcript.steps) out += step_block(step, view, detail, style);
  out += scores_block(view, style);
  return harmless(out);
}

}  // namespace assay::reports
