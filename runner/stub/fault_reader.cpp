#include "runner/stub/script.hpp"

#include <assay/text/reader.hpp>

#include <algorithm>
#include <array>
#include <cctype>

namespace assay::stub {

namespace {

using text::MapReader;
using text::Node;

constexpr std::int64_t kMaxHuge = 256 << 20;

std::string lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return out;
}

bool is_token(std::string_view name) {
  constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
  return !name.empty() && std::ranges::all_of(name, [&](unsigned char c) {
    return std::isalnum(c) != 0 || kMarks.find(static_cast<char>(c)) != std::string_view::npos;
  });
}

std::optional<Point> read_point(MapReader& reader, std::string_view key) {
  static const std::array<std::string, 2> values = {"before", "within"};
  const auto word = reader.choice(key, values);
  if (!word) return std::nullopt;
  return *word == "before" ? Point::before : Point::within;
}

std::optional<Fault> read_cut(MapReader& reader, std::string_view key, Cut how) {
  const auto point = read_point(reader, key);
  if (!point) return std::nullopt;
  return CutFault{.how = how, .point = *point};
}

std::optional<Fault> read_status(MapReader& reader) {
  const auto status = reader.integer("status", 200, 599);
  auto body = reader.string("body");
  if (!status) return std::nullopt;
  return StatusFault{.status = static_cast<int>(*status), .body = std::move(body)};
}

std::optional<Fault> read_truncate(MapReader& reader) {
  const Node* node = reader.get("truncate");
  if (!node->is_map()) {
    const auto share = reader.number("truncate", 0, 1);
    if (!share) return std::nullopt;
    return TruncateFault{.share = *share};
  }
  MapReader inner(*node, "'truncate'", reader.diagnostics());
  const bool given = inner.require("bytes", "bytes: 120") != nullptr;
  const auto bytes = given ? inner.integer("bytes", 0, kMaxHuge) : std::nullopt;
  inner.finish();
  if (!bytes) return std::nullopt;
  return TruncateFault{.share = 1, .bytes = static_cast<std::size_t>(*bytes)};
}

std::optional<Fault> read_malformed(MapReader& reader) {
  static const std::array<std::string, 3> values = {"json", "sse", "no_done"};
  const auto word = reader.choice("malformed", values);
  if (!word) return std::nullopt;
  if (*word == "json") return Malformed::json;
  return *word == "sse" ? Malformed::sse : Malformed::no_done;
}

std::optional<Fault> read_content_type(MapReader& reader) {
  auto type = reader.string("content_type");
  auto body = reader.string("body");
  if (!type) return std::nullopt;
  return ContentTypeFault{.type = std::move(*type), .body = std::move(body)};
}

/// `10MB`, `64kB`, `512`: decimal units.
std::optional<std::size_t> parse_size(std::string_view written) {
  std::int64_t unit = 1;
  for (const auto& [suffix, factor] : {std::pair{"MB", std::int64_t{1'000'000}}, std::pair{"kB", std::int64_t{1000}}}) {
    if (!written.ends_with(suffix)) continue;
    unit = factor;
    written.remove_suffix(2);
  }
  const auto count = text::parse_integer(written);
  if (!count || *count < 1 || *count > kMaxHuge / unit) return std::nullopt;
  return static_cast<std::size_t>(*count * unit);
}

std::optional<Fault> read_huge(MapReader& reader) {
  const auto written = reader.string("huge");
  if (!written) return std::nullopt;
  const auto bytes = parse_size(*written);
  if (bytes) return HugeFault{.bytes = *bytes};
  reader.diagnostics().error(reader.get("huge")->place(), "'" + *written + "' is no size",
                             "write bytes, kB or MB, at most 256MB: `huge: 10MB`");
  return std::nullopt;
}

std::optional<Fault> read_trickle(MapReader& reader) {
  MapReader inner(*reader.get("trickle"), "'trickle'", reader.diagnostics());
  const auto bytes = inner.integer("bytes", 1, kMaxHuge).value_or(1);
  const auto every = inner.require("every", "every: 50ms") != nullptr ? inner.duration("every") : std::nullopt;
  inner.finish();
  if (!every) return std::nullopt;
  return TrickleFault{.bytes = static_cast<std::size_t>(bytes), .every = *every};
}

constexpr std::array<std::string_view, 9> kKinds = {"status",    "reset",        "stall", "close",  "truncate",
                                                    "malformed", "content_type", "huge",  "trickle"};

std::optional<Fault> read_kind(MapReader& reader, std::string_view kind) {
  if (kind == "status") return read_status(reader);
  if (kind == "reset") return read_cut(reader, kind, Cut::reset);
  if (kind == "stall") return read_cut(reader, kind, Cut::stall);
  if (kind == "close") return read_cut(reader, kind, Cut::close);
  if (kind == "truncate") return read_truncate(reader);
  if (kind == "malformed") return read_malformed(reader);
  if (kind == "content_type") return read_content_type(reader);
  if (kind == "huge") return read_huge(reader);
  return read_trickle(reader);
}

}  // namespace

std::optional<Fault> read_fault(const Node& node, Headers& headers, Diagnostics& diagnostics) {
  MapReader reader(node, "'fault'", diagnostics);
  std::vector<std::string_view> given;
  for (const std::string_view kind : kKinds) {
    if (reader.get(kind) != nullptr) given.push_back(kind);
  }
  const auto more = read_headers(reader.string_map("headers"), node.place(), diagnostics);
  headers.insert(headers.end(), more.begin(), more.end());
  std::optional<Fault> fault;
  if (given.size() == 1) {
    fault = read_kind(reader, given.front());
    reader.finish();
  } else if (node.is_map()) {
    reader.error(given.empty() ? "the fault has no kind" : "a fault has one kind only",
                 "write one of status, reset, stall, close, truncate, malformed, content_type, huge, trickle");
  }
  return fault;
}

Headers read_headers(const std::vector<std::pair<std::string, std::string>>& entries, const Place& at,
                     Diagnostics& diagnostics) {
  constexpr std::array<std::string_view, 3> kFraming = {"content-length", "transfer-encoding", "connection"};
  for (const auto& [key, value] : entries) {
    if (!is_token(key) || std::ranges::any_of(value, [](unsigned char c) { return c < 0x20 || c == 0x7F; })) {
      diagnostics.error(at, "'" + key + "' is no header that can be sent", "one line, `Retry-After: \"1\"`");
    } else if (std::ranges::find(kFraming, lower(key)) != kFraming.end()) {
      diagnostics.error(at, "the header '" + key + "' belongs to the stub",
                        "for an answer with the wrong length write `fault: {truncate: 0.5}`");
    }
  }
  return entries;
}

}  // namespace assay::stub
