#include "runner/app/canary_data.hpp"

#include <assay/core/json.hpp>
#include <assay/text/reader.hpp>
#include <assay/text/utf8.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <bitset>
#include <cmath>

namespace assay::app {

namespace {

constexpr std::size_t kLongestLine = 1u << 16;
constexpr double kMostRequests = 1e12;  // sums of so many stay exact
constexpr double kMostMs = 1e9;

constexpr const char* kExample = R"(write one object a line: {"arm": "canary", "ok": true, "latency_ms": 120})";

enum class Field : std::uint8_t {
  arm,
  ok,
  latency_ms,
  score,
  at,
  requests,
  failures,
  stage,
  tokens,
  safety,
  feedback,
};
const std::vector<std::string> kFields{"arm",      "ok",    "latency_ms", "score",  "at",      "requests",
                                       "failures", "stage", "tokens",     "safety", "feedback"};
using Fields = std::bitset<11>;

Error fault(std::string message, std::string hint = kExample) {
  return {ErrorKind::invalid, std::move(message), std::move(hint), {}};
}

/// One flat object, straight into a record: a line is read a million times.
class RecordSax : public Json::json_sax_t {
 public:
  explicit RecordSax(const CanaryStages& stages) : stages_(stages) { record.stage = stages.otherwise; }

  gate::LiveRecord record;
  Fields seen;
  std::optional<Error> error;

  bool null() override {
    if (depth_ == 0) return not_an_object();
    seen.reset(static_cast<std::size_t>(field_));
    return true;
  }
  bool boolean(bool value) override {
    if (depth_ == 0) return not_an_object();
    switch (field_) {
      case Field::ok:
        record.failures = value ? 0 : 1;
        return true;
      case Field::safety:
        record.safety = value;
        return true;
      case Field::feedback:
        record.feedback = value;
        return true;
      default:
        return wrong(value ? "true" : "false");
    }
  }
  bool number_integer(number_integer_t value) override { return number(static_cast<double>(value), true); }
  bool number_unsigned(number_unsigned_t value) override { return number(static_cast<double>(value), true); }
  bool number_float(number_float_t value, const string_t& /*text*/) override { return number(value, false); }
  bool string(string_t& value) override {
    if (depth_ == 0) return not_an_object();
    if (field_ == Field::arm) {
      if (value != "canary" && value != "stable") {
        return refuse(fault(fmt::format("there is no arm {}", text::in_quotes(value)),
                            R"(write "arm": "canary" for the new version, "stable" for the one beside it)"));
      }
      record.arm = value == "canary" ? gate::Arm::canary : gate::Arm::stable;
      return true;
    }
    if (field_ == Field::at) {
      record.at = from_rfc3339(value);
      return record.at || refuse(fault(fmt::format("at is no time: {}", text::in_quotes(value)),
                                       R"(write "at": "2026-11-21T10:00:00Z")"));
    }
    return wrong(text::in_quotes(value));
  }
  bool binary(binary_t& /*value*/) override { return wrong("bytes"); }
  bool start_object(std::size_t /*size*/) override { return depth_++ == 0 || wrong("an object"); }
  bool end_object() override { return true; }
  bool start_array(std::size_t /*size*/) override { return depth_ == 0 ? not_an_object() : wrong("a list"); }
  bool end_array() override { return true; }
  bool key(string_t& name) override {
    const auto found = std::find(kFields.begin(), kFields.end(), name);
    if (found == kFields.end()) {
      return refuse(
          fault(fmt::format("unknown field {}", text::in_quotes(name)), text::suggest(name, kFields, "known fields")));
    }
    const auto at = static_cast<std::size_t>(found - kFields.begin());
    if (named_.test(at)) return refuse(fault(fmt::format("{} is written twice", name), "write it once"));
    named_.set(at);
    seen.set(at);
    field_ = static_cast<Field>(at);
    return true;
  }
  bool parse_error(std::size_t position, const std::string& /*token*/, const Json::exception& what) override {
    constexpr int kOutOfRange = 406;
    if (what.id == kOutOfRange) return refuse(fault("a number is too large"));
    return refuse(fault(fmt::format("not valid JSON at character {}", position)));
  }

 private:
  bool refuse(const Error& what) {
    error = what;
    return false;
  }
  bool not_an_object() { return refuse(fault("the line is not a JSON object")); }
  bool wrong(std::string_view found) {
    constexpr std::array<std::string_view, 11> kWanted{
        "canary or stable",   "true or false",  "milliseconds",   "a number from 0 to 1",
        "a time in quotes",   "a whole number", "a whole number", "a stage of the plan",
        "a number from 0 on", "true or false",  "true or false"};
    const auto at = static_cast<std::size_t>(field_);
    return refuse(fault(fmt::format("{} cannot be {}", kFields[at], found), fmt::format("write {}", kWanted[at])));
  }
  bool number(double value, bool whole) {
    if (depth_ == 0) return not_an_object();
    const auto shown = [&] { return fmt::format("{:g}", value); };
    switch (field_) {
      case Field::latency_ms:
        record.latency_ms = value;
        return (value >= 0 && value <= kMostMs) || wrong(shown());
      case Field::score:
        record.score = value;
        return (value >= 0 && value <= 1) || refuse(fault(fmt::format("score is {}, outside 0…1", shown()),
                                                          "divide it by its scale, so that 1 is the best"));
      case Field::tokens:
        record.tokens = value;
        return (value >= 0 && value <= kMostRequests) || wrong(shown());
      case Field::requests:
      case Field::failures:
        if (!whole || value < 0 || value > kMostRequests) return wrong(shown());
        (field_ == Field::requests ? record.requests : record.failures) = static_cast<std::uint64_t>(value);
        return true;
      case Field::stage:
        return take_stage(value);
      default:
        return wrong(shown());
    }
  }
  bool take_stage(double share) {
    for (std::size_t i = 0; i < stages_.shares.size(); ++i) {
      if (std::abs(stages_.shares[i] - share) > 1e-9) continue;
      record.stage = i;
      return true;
    }
    return refuse(fault(fmt::format("{:g} is no stage of the plan", share),
                        fmt::format("its stages are {:g}", fmt::join(stages_.shares, ", "))));
  }

  const CanaryStages& stages_;
  Field field_ = Field::arm;
  Fields named_;
  int depth_ = 0;
};

/// Fields that contradict each other, or lack one another.
std::optional<Error> contradiction(const RecordSax& read) {
  const auto has = [&](Field field) { return read.seen.test(static_cast<std::size_t>(field)); };
  if (!has(Field::arm)) return fault("the record has no `arm`");
  const bool counts = has(Field::requests) || has(Field::failures);
  if (!counts) return has(Field::ok) ? std::nullopt : std::optional(fault("the record has no `ok`"));
  if (!has(Field::requests) || !has(Field::failures)) {
    return fault("counts need both `requests` and `failures`",
                 R"(write {"arm": "canary", "requests": 1000, "failures": 12})");
  }
  if (read.record.failures > read.record.requests) {
    return fault(fmt::format("{} failures of {} requests", read.record.failures, read.record.requests),
                 "`requests` counts all, failed ones among them");
  }
  for (const auto field : {Field::ok, Field::latency_ms, Field::score, Field::tokens, Field::feedback}) {
    if (!has(field)) continue;
    return fault(
        fmt::format("{} is of one request, and this record counts many", kFields[static_cast<std::size_t>(field)]),
        "write a record for each request, or leave it out");
  }
  return std::nullopt;
}

/// A line of at most `kLongestLine` bytes, without its end; of a longer one the rest is passed over.
enum class Line : std::uint8_t { whole, cut_off, too_long, none };
Line read_line(std::istream& in, std::string& line) {
  auto* buffer = in.rdbuf();
  line.clear();
  bool too_long = false;
  for (auto c = buffer->sbumpc(); c != std::istream::traits_type::eof(); c = buffer->sbumpc()) {
    if (c == '\n') return too_long ? Line::too_long : Line::whole;
    if (line.size() < kLongestLine) {
      line += static_cast<char>(c);
    } else {
      too_long = true;
    }
  }
  if (too_long) return Line::too_long;
  return line.empty() ? Line::none : Line::cut_off;
}

bool blank(std::string_view line) {
  return line.find_first_not_of(" \t\r") == std::string_view::npos;
}

}  // namespace

Result<gate::LiveRecord> read_live_record(std::string_view line, const CanaryStages& stages) {
  RecordSax sax(stages);
  try {
    if (!Json::sax_parse(line.begin(), line.end(), &sax)) return sax.error.value_or(fault("not valid JSON"));
  } catch (const Json::exception&) {
    return fault("not valid JSON");
  }
  if (auto error = contradiction(sax)) return *std::move(error);
  return sax.record;
}

void read_live_data(std::istream& in, const std::string& name, const CanaryStages& stages, Diagnostics& diagnostics,
                    const std::function<void(const gate::LiveRecord&)>& each) {
  std::string line;
  int number = 0;
  try {
    while (diagnostics.error_count() < Diagnostics::kMax) {
      const auto read = read_line(in, line);
      if (read == Line::none) break;
      const Place at{name, ++number, 0};
      const auto text = number == 1 ? text::without_bom(line) : std::string_view(line);
      if (read == Line::whole && blank(text)) continue;
      auto record = read == Line::too_long ? fault(fmt::format("the line is longer than {} bytes", kLongestLine))
                                           : read_live_record(text, stages);
      if (record) {
        each(*record);
        continue;
      }
      auto error = record.error();
      error.at = at;
      if (read == Line::cut_off)
        error.hint += "; the line has no end: if the file is still being written, leave it out";
      diagnostics.error(std::move(error));
    }
  } catch (const std::ios_base::failure&) {
    diagnostics.error({name, number + 1, 0}, "the file cannot be read on", "check the disk, and copy the file anew");
  }
}

}  // namespace assay::app
