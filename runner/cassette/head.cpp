#include "runner/cassette/fields.hpp"
#include "runner/cassette/key.hpp"
#include "runner/cassette/line.hpp"

#include <limits>

namespace assay::cassette {
namespace {

bool skip(std::string_view& text, std::string_view expected) {
  if (!text.starts_with(expected)) return false;
  text.remove_prefix(expected.size());
  return true;
}

bool take_string(std::string_view& text, std::string& out) {
  if (text.empty() || text.front() != '"') return false;
  const auto end = text.find_first_of("\"\\", 1);
  if (end == std::string_view::npos || text[end] == '\\') return false;  // rare: left to the parser
  out.assign(text.substr(1, end - 1));
  text.remove_prefix(end + 1);
  return true;
}

bool take_number(std::string_view& text, std::uint32_t& out) {
  std::uint64_t value = 0;
  std::size_t digits = 0;
  while (digits < text.size() && digits < 10 && text[digits] >= '0' && text[digits] <= '9') {
    value = value * 10 + static_cast<std::uint64_t>(text[digits++] - '0');
  }
  if (digits == 0 || value > std::numeric_limits<std::uint32_t>::max()) return false;
  out = static_cast<std::uint32_t>(value);
  text.remove_prefix(digits);
  return true;
}

}  // namespace

bool scan_head(std::string_view line, Head& head) {
  return skip(line, R"({"key":)") && take_string(line, head.key) && is_key(head.key) && skip(line, R"(,"suite":)") &&
         take_string(line, head.suite) && skip(line, R"(,"case":)") && take_string(line, head.case_id) &&
         skip(line, R"(,"sample":)") && take_number(line, head.sample) && skip(line, R"(,"call":)") &&
         take_string(line, head.call) && skip(line, ",\"");
}

Result<Head> head_of(const Json& line) {
  std::string wrong;
  Fields fields(line, "", wrong);
  Head head;
  head.key = fields.required_text("key");
  if (!is_key(head.key)) fields.fail("key");
  head.suite = fields.required_text("suite");
  head.case_id = fields.required_text("case");
  head.sample = fields.required_number<std::uint32_t>("sample");
  head.call = fields.required_text("call");
  if (!wrong.empty()) return damaged(wrong);
  return head;
}

}  // namespace assay::cassette
