#include "runner/stub/play.hpp"

#include "runner/stub/answer.hpp"
#include "runner/stub/wire.hpp"

#include <assay/core/random.hpp>

#include <algorithm>
#include <variant>

namespace assay::stub {

namespace {

template <class... F>
struct Overload : F... {
  using F::operator()...;
};

/// Turns a latency model into waits; each one a keyed draw.
class Pace {
 public:
  Pace(const Latency& latency, std::uint64_t key) : latency_(latency), key_(key) {
    const bool slow = latency.slow_share > 0 && uniform(draw_key(key, Draw::slow)) < latency.slow_share;
    factor_ = slow ? latency.slow_factor : 1;
  }

  /// Before token `index`.
  [[nodiscard]] Duration before(std::size_t index) const {
    if (latency_.fixed) return index == 0 ? scaled(*latency_.fixed, index) : Duration::zero();
    return scaled(index == 0 ? latency_.ttft : latency_.per_token, index);
  }
  [[nodiscard]] Duration total(std::size_t tokens) const {
    Duration sum = before(0);
    if (latency_.per_token == Duration::zero()) return sum;
    for (std::size_t i = 1; i < tokens; ++i) sum += before(i);
    return sum;
  }

 private:
  [[nodiscard]] Duration scaled(Duration time, std::size_t index) const {
    if (time == Duration::zero()) return time;
    double factor = factor_;
    if (latency_.jitter > 0) {
      factor *= 1 + latency_.jitter * (2 * uniform(mix(draw_key(key_, Draw::wait), index)) - 1);
    }
    return from_seconds(to_seconds(time) * factor);
  }

  const Latency& latency_;
  std::uint64_t key_;
  double factor_ = 1;
};

Answer make_answer(const Script& script, const Choice& choice, const Asked& asked) {
  const Say& say = choice.rule->say;
  Answer answer;
  answer.content = answer_text(choice, asked);
  answer.has_content = say.table != nullptr || !say.texts.empty();
  answer.refusal = say.refusal;
  answer.reasoning = say.reasoning;
  answer.tool_calls = say.tool_calls;
  answer.finish_reason = say.tool_calls.empty() ? "stop" : "tool_calls";
  if (!say.finish_reason.empty()) answer.finish_reason = say.finish_reason;
  answer.model = say.served_model.empty() ? asked.model : std::string_view(say.served_model);
  answer.fingerprint = script.fingerprint;
  if (asked.request.logprobs) answer.logprobs = &say.logprobs;
  answer.top_logprobs = asked.request.top_logprobs;
  answer.id = draw_key(choice.key, Draw::id);
  if (const auto* huge = choice.rule->fault ? std::get_if<HugeFault>(&*choice.rule->fault) : nullptr) {
    answer.content.assign(huge->bytes, 'a');
  }
  if (say.has_usage) {
    answer.usage = Usage{.input = say.usage.input ? *say.usage.input : count_input_tokens(asked.request),
                         .output = say.usage.output ? *say.usage.output : count_output_tokens(answer),
                         .cached = say.usage.cached};
  }
  return answer;
}

Reply whole_reply(const Answer& answer, const Pace& pace) {
  Reply reply;
  reply.pieces.push_back({pace.total(count_output_tokens(answer)), whole_body(answer)});
  return reply;
}

Reply stream_reply(std::vector<StreamEvent> events, const Pace& pace) {
  Reply reply;
  reply.content_type = "text/event-stream";
  reply.chunked = true;
  std::size_t tokens = 0;
  for (StreamEvent& event : events) {
    const Duration wait = event.token ? pace.before(tokens++) : Duration::zero();
    if (!reply.pieces.empty() && wait == Duration::zero()) {
      reply.pieces.back().bytes += event.data;
    } else {
      reply.pieces.push_back({wait, std::move(event.data)});
    }
  }
  return reply;
}

Reply answer_reply(const Answer& answer, const Asked& asked, const Pace& pace) {
  if (!asked.request.stream) return whole_reply(answer, pace);
  return stream_reply(stream_events(answer, asked.request.include_usage), pace);
}

Reply malformed_reply(Malformed kind, const Answer& answer, const Asked& asked, const Pace& pace) {
  if (kind == Malformed::json) {
    Reply reply = whole_reply(answer, pace);
    std::string& body = reply.pieces.front().bytes;
    body.resize(body.size() / 2);
    return reply;
  }
  auto events = stream_events(answer, asked.request.include_usage);
  if (kind == Malformed::no_done) {
    const auto is_finish = [](const StreamEvent& event) { return !event.token; };
    const auto finish = std::find_if(events.begin() + 1, events.end(), is_finish);
    events.erase(finish, events.end());
  } else {
    events[1].data = "data: {\"id\":\"chatcmpl-\",\"choices\":[{\"delta\":\n\n";
  }
  return stream_reply(std::move(events), pace);
}

std::string_view error_code(int status) {
  if (status == 429) return "rate_limit_exceeded";
  return status == 401 ? "invalid_api_key" : "";
}

Reply status_reply(const StatusFault& fault) {
  const bool bodiless = fault.status == 204 || fault.status == 304;
  std::string body =
      bodiless ? std::string() : error_body(fault.status, "a fault of the script", error_code(fault.status));
  if (fault.body && !bodiless) body = *fault.body;
  return json_reply(fault.status, std::move(body), {});
}

net::WireStep end_step(Cut how) {
  switch (how) {
    case Cut::reset:
      return net::Reset{};
    case Cut::stall:
      return net::Stall{};
    case Cut::close:
      return net::Close{};
  }
  return net::Close{};
}

/// A reply and what becomes of it.
struct Played {
  Reply reply;
  Ending ending;
};

Played with_cut(Reply reply, std::size_t bytes, net::WireStep end) {
  Ending ending;
  ending.cut = std::min(bytes, body_size(reply));
  ending.end = std::move(end);
  return {std::move(reply), std::move(ending)};
}

Played with_fault(const Fault& fault, const Answer& answer, const Asked& asked, const Pace& pace) {
  const auto usual = [&] { return answer_reply(answer, asked, pace); };
  return std::visit(Overload{
                        [&](const StatusFault& f) { return Played{status_reply(f), {}}; },
                        [&](const CutFault& f) {
                          Reply reply = usual();
                          const std::size_t half = body_size(reply) / 2;
                          return with_cut(std::move(reply), half, end_step(f.how));
                        },
                        [&](const TruncateFault& f) {
                          Reply reply = usual();
                          const auto part = static_cast<std::size_t>(f.share * static_cast<double>(body_size(reply)));
                          return with_cut(std::move(reply), f.bytes.value_or(part), net::Close{});
                        },
                        [&](Malformed kind) { return Played{malformed_reply(kind, answer, asked, pace), {}}; },
                        [&](const ContentTypeFault& f) {
                          Reply reply = f.body ? json_reply(200, *f.body, {}) : usual();
                          reply.content_type = f.type;
                          return Played{std::move(reply), {}};
                        },
                        [&](const HugeFault&) { return Played{usual(), {}}; },
                        [&](const TrickleFault& f) {
                          Reply reply = usual();
                          trickle(reply, f);
                          return Played{std::move(reply), {}};
                        },
                    },
                    fault);
}

/// A fault that comes instead of an answer: at once, or after a latency of the rule's own.
std::optional<net::WirePlan> play_before(const Rule& rule, const Choice& choice) {
  const auto* cut = rule.fault ? std::get_if<CutFault>(&*rule.fault) : nullptr;
  if (cut == nullptr || cut->point != Point::before) return std::nullopt;
  net::WirePlan plan;
  const Duration wait = rule.latency ? Pace(*rule.latency, choice.key).before(0) : Duration::zero();
  if (wait > Duration::zero()) plan.emplace_back(net::Wait{wait});
  plan.push_back(end_step(cut->how));
  return plan;
}

}  // namespace

Act play(const Script& script, const Choice& choice, const Asked& asked, Headers limits, bool keep_alive) {
  const Rule& rule = *choice.rule;
  Act act;
  if (auto early = play_before(rule, choice)) {
    act.plan = std::move(*early);
    return act;
  }
  const Pace pace(rule.latency ? *rule.latency : script.latency, choice.key);
  const Answer answer = make_answer(script, choice, asked);
  Played played;
  if (rule.fault) {
    played = with_fault(*rule.fault, answer, asked, pace);
    if (std::holds_alternative<StatusFault>(*rule.fault) && rule.latency) {
      played.reply.pieces.front().wait = pace.before(0);
    }
  } else {
    played.reply = answer_reply(answer, asked, pace);
  }
  played.reply.request_id = "req-" + hex_id(answer.id);
  played.reply.headers = &rule.headers;
  played.reply.limits = std::move(limits);
  played.ending.keep_alive = keep_alive;
  act.status = played.reply.status;
  const bool errs = rule.fault && std::holds_alternative<StatusFault>(*rule.fault);
  if (!errs) act.output = answer.usage ? answer.usage->output : count_output_tokens(answer);
  act.plan = plan(std::move(played.reply), played.ending);
  return act;
}

}  // namespace assay::stub
