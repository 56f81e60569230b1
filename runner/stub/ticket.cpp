#include "runner/stub/ticket.hpp"

#include "runner/stub/json_scan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>
#include <variant>

namespace assay::stub {

namespace {

constexpr std::size_t kShownChars = 80;

/// `2026-11-21T10:00:00.123Z`
std::string with_milliseconds(WallTime time) {
  std::string text = to_rfc3339(time);
  text.pop_back();
  return text + fmt::format(".{:03}Z", time.unix_ms % 1000);
}

/// The first code points of valid UTF-8.
std::string_view front_of(std::string_view utf8, std::size_t chars) {
  std::size_t at = 0;
  for (; at < utf8.size(); ++at) {
    const bool begins = (static_cast<unsigned char>(utf8[at]) & 0xC0) != 0x80;
    if (begins && chars-- == 0) break;
  }
  return utf8.substr(0, at);
}

void append(std::string& out, std::string_view key, std::string_view value) {
  out.append(",\"").append(key).append("\":");
  append_quoted(out, value);
}

std::string_view cut_name(Cut how) {
  if (how == Cut::reset) return "fault:reset";
  return how == Cut::stall ? "fault:stall" : "fault:close";
}

}  // namespace

std::string log_line(const LogEntry& entry, std::string_view outcome, std::size_t bytes, Duration took) {
  std::string out = fmt::format(R"({{"n":{},"at":"{}")", entry.n, with_milliseconds(entry.at));
  if (!entry.key.empty()) append(out, "key", entry.key);
  fmt::format_to(std::back_inserter(out), R"(,"status":{})", entry.status);
  append(out, "outcome", outcome);
  fmt::format_to(std::back_inserter(out), R"(,"bytes":{},"ms":{:.1f})", bytes, to_ms(took));
  if (!entry.case_id.empty()) append(out, "case", entry.case_id);
  if (!entry.key.empty()) append(out, "last_user", front_of(entry.last_user, kShownChars));
  return out + "}\n";
}

std::string outcome_of(const Rule& rule) {
  if (!rule.fault) return "answered";
  if (const auto* cut = std::get_if<CutFault>(&*rule.fault)) return std::string(cut_name(cut->how));
  if (std::holds_alternative<StatusFault>(*rule.fault)) return "fault:status";
  if (std::holds_alternative<TruncateFault>(*rule.fault)) return "fault:truncate";
  if (std::holds_alternative<Malformed>(*rule.fault)) return "fault:malformed";
  if (std::holds_alternative<ContentTypeFault>(*rule.fault)) return "fault:content_type";
  return "answered";  // huge and trickle are slow to read, and right
}

Ticket::Ticket(std::shared_ptr<House> house, std::uint64_t n) : house_(std::move(house)), began_(SteadyClock::now()) {
  entry.n = n;
  entry.at = wall_now();
}

Ticket::~Ticket() {
  write("stopped", 0);
  release();
}

void Ticket::enter(std::function<void()> start) {
  entered_ = true;
  house_->workers->enter(entry.n, std::move(start));
}

void Ticket::ended(net::PlanEnd end, std::size_t bytes) {
  if (end == net::PlanEnd::peer_left) {
    write("client_closed", bytes);
  } else {
    write(end == net::PlanEnd::stopped ? "stopped" : entry.outcome, bytes);
  }
  if (end != net::PlanEnd::stalled) release();
}

void Ticket::write(std::string_view outcome, std::size_t bytes) {
  if (std::exchange(written_, true) || !house_->log) return;
  house_->log->write(log_line(entry, outcome, bytes, SteadyClock::now() - began_));
}

void Ticket::release() {
  if (std::exchange(admitted, false)) house_->capacity->leave();
  if (std::exchange(entered_, false)) house_->workers->leave(entry.n);
}

net::WirePlan with_ticket(net::WirePlan plan, const std::shared_ptr<Ticket>& ticket, bool queues) {
  net::WirePlan whole;
  whole.reserve(plan.size() + 2);
  whole.emplace_back(net::Tell{[ticket](net::PlanEnd end, std::size_t bytes) { ticket->ended(end, bytes); }});
  if (queues) {
    whole.emplace_back(net::Turn{[ticket](std::function<void()> start) { ticket->enter(std::move(start)); }});
  }
  std::ranges::move(plan, std::back_inserter(whole));
  return whole;
}

}  // namespace assay::stub
