#pragma once
/// A request under way: the place it holds, and the line that the log gets once its outcome is known.

#include "runner/stub/capacity.hpp"

#include <assay/net/server.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace assay::stub {

/// What the requests of one stub share. Not thread-safe.
struct House {
  std::optional<Capacity> capacity;
  std::optional<Workers> workers;
  std::shared_ptr<RequestLog> log;
};

/// What the log says of a request.
struct LogEntry {
  std::uint64_t n = 0;
  WallTime at;
  std::string key;  ///< hex digest of model and messages
  int status = 0;
  std::string outcome;  ///< if the client stays to the end
  std::string case_id;
  std::string last_user;
};

/// One line, with its end. `outcome` stands for the entry's.
[[nodiscard]] std::string log_line(const LogEntry& entry, std::string_view outcome, std::size_t bytes, Duration took);

/// What a rule's answer counts as: `answered` if a provider would bill it, else `fault:KIND`.
[[nodiscard]] std::string outcome_of(const Rule& rule);

/// Lives as long as the plan that carries it; gives back what it holds at the latest then.
class Ticket {
 public:
  Ticket(std::shared_ptr<House> house, std::uint64_t n);
  Ticket(const Ticket&) = delete;
  Ticket& operator=(const Ticket&) = delete;
  ~Ticket();

  LogEntry entry;
  bool admitted = false;  ///< counts as under way

  void enter(std::function<void()> start);
  void ended(net::PlanEnd end, std::size_t bytes);

 private:
  void write(std::string_view outcome, std::size_t bytes);
  void release();

  std::shared_ptr<House> house_;
  TimePoint began_;
  bool written_ = false;
  bool entered_ = false;
};

/// The plan, told of and queued as its ticket wants it.
[[nodiscard]] net::WirePlan with_ticket(net::WirePlan plan, const std::shared_ptr<Ticket>& ticket, bool queues);

}  // namespace assay::stub
