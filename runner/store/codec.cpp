#include "runner/store/codec.hpp"

#include <assay/core/part_json.hpp>
#include <assay/text/utf8.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

namespace assay::store {
namespace {

static_assert(std::endian::native == std::endian::little, "gaps are kept as little-endian integers");

constexpr std::array kAuthors = {Author::system, Author::developer, Author::user, Author::assistant, Author::tool};

// Written by hand: a DOM for each message costs more than the row it goes into.
void add_escaped(std::string& out, std::string_view text) {
  std::string valid;
  if (text::find_invalid_utf8(text)) {
    valid = text::to_valid_utf8(text);
    text = valid;
  }
  std::size_t plain = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c >= 0x20 && c != '"' && c != '\\') continue;
    out.append(text, plain, i - plain);
    plain = i + 1;
    if (c == '"' || c == '\\') {
      out += {'\\', static_cast<char>(c)};
    } else if (c == '\n') {
      out += "\\n";
    } else {
      constexpr std::string_view kHex = "0123456789abcdef";
      out += "\\u00";
      out += {kHex[c >> 4], kHex[c & 15]};
    }
  }
  out.append(text, plain);
}

void add_string(std::string& out, std::string_view text) {
  out += '"';
  add_escaped(out, text);
  out += '"';
}

struct AddPart {
  std::string& out;

  void operator()(const Text& part) const {
    out += R"({"text":)";
    add_string(out, part.text);
  }
  void operator()(const Refusal& part) const {
    out += R"({"refusal":)";
    add_string(out, part.text);
  }
  void operator()(const ToolUse& part) const {
    out += R"({"tool":)";
    add_string(out, part.name);
    out += R"(,"id":)";
    add_string(out, part.id);
    out += R"(,"arguments":)";
    add_string(out, part.arguments);
  }
  void operator()(const Contexts& part) const {
    out += R"({"contexts":)";
    append_contexts(out, part, add_string);
  }
  void operator()(const Logprobs& part) const {
    out += R"({"logprobs":)";
    append_logprobs(out, part, add_string);
  }
};

void add_message(std::string& out, const Message& message) {
  out += R"({"author":")";
  out += name(message.author);
  out += R"(","parts":[)";
  for (std::size_t i = 0; i < message.parts.size(); ++i) {
    if (i != 0) out += ',';
    std::visit(AddPart{out}, message.parts[i]);
    out += '}';
  }
  out += "]}";
}

std::string string_at(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

Error unreadable() {
  return {ErrorKind::store, "a stored message cannot be read: the history file is damaged",
          "restore it from a copy, or name another file with --store"};
}

std::optional<std::string> text_of_json(const Json& json) {
  return json.is_string() ? std::optional(json.get<std::string>()) : std::nullopt;
}

template <class T>
Result<Part> or_unreadable(std::optional<T> part) {
  if (!part) return unreadable();
  return Part(*std::move(part));
}

Result<Part> part_of(const Json& json) {
  if (!json.is_object()) return unreadable();
  if (json.contains("tool"))
    return ToolUse{string_at(json, "id"), string_at(json, "tool"), string_at(json, "arguments")};
  if (json.contains("refusal")) return Refusal{string_at(json, "refusal")};
  if (json.contains("contexts")) return or_unreadable(contexts_of(json["contexts"], text_of_json));
  if (json.contains("logprobs")) return or_unreadable(logprobs_of(json["logprobs"], text_of_json));
  return Text{string_at(json, "text")};
}

Result<Message> message_of(const Json& json) {
  if (!json.is_object() || !json.contains("parts") || !json["parts"].is_array()) return unreadable();
  Message message;
  const std::string author = string_at(json, "author");
  for (const Author each : kAuthors) {
    if (name(each) == author) message.author = each;
  }
  for (const Json& part : json["parts"]) {
    auto read = part_of(part);
    if (!read) return read.error();
    message.parts.push_back(std::move(*read));
  }
  return message;
}

Result<std::vector<Message>> messages_of(const Json& json) {
  if (!json.is_array()) return unreadable();
  std::vector<Message> messages;
  for (const Json& each : json) {
    auto message = message_of(each);
    if (!message) return message.error();
    messages.push_back(std::move(*message));
  }
  return messages;
}

}  // namespace

std::string encode_message(const Message& message) {
  std::string out;
  add_message(out, message);
  return out;
}

std::string encode_messages(const std::vector<Message>& messages) {
  std::string out = "[";
  for (const Message& message : messages) {
    if (out.size() > 1) out += ',';
    add_message(out, message);
  }
  out += ']';
  return out;
}

Result<Message> decode_message(std::string_view text) {
  auto json = parse_json(text);
  if (!json) return unreadable();
  return message_of(*json);
}

Result<std::vector<Message>> decode_messages(std::string_view text) {
  auto json = parse_json(text);
  if (!json) return unreadable();
  return messages_of(*json);
}

std::string encode_question(const Question& question) {
  std::string out = R"({"to":)";
  add_string(out, question.to);
  if (question.logprobs) out += R"(,"logprobs":true)";
  if (!question.schema.empty()) {
    out += R"(,"schema":)";
    add_string(out, question.schema);
  }
  out += R"(,"messages":)" + encode_messages(question.messages) + '}';
  return out;
}

Result<Question> decode_question(std::string_view text) {
  auto json = parse_json(text);
  if (!json || !json->is_object() || !json->contains("messages")) return unreadable();
  auto messages = messages_of(json->at("messages"));
  if (!messages) return messages.error();
  return Question{string_at(*json, "to"), std::move(*messages), string_at(*json, "schema"), json->contains("logprobs")};
}

std::string encode_tags(const Tags& tags) {
  std::string out = "{";
  for (const auto& [key, value] : tags) {
    if (out.size() > 1) out += ',';
    add_string(out, key);
    out += ':';
    add_string(out, value);
  }
  out += '}';
  return out;
}

Tags decode_tags(std::string_view text) {
  Tags tags;
  auto json = parse_json(text);
  if (!json || !json->is_object()) return tags;
  for (const auto& [key, value] : json->items()) {
    if (value.is_string()) tags.emplace(key, value.get<std::string>());
  }
  return tags;
}

std::string encode_pairs(const Pairs& pairs) {
  std::string out = "[";
  for (const auto& [key, value] : pairs) {
    if (out.size() > 1) out += ',';
    out += '[';
    add_string(out, key);
    out += ',';
    add_string(out, value);
    out += ']';
  }
  out += ']';
  return out;
}

Pairs decode_pairs(std::string_view text) {
  Pairs pairs;
  auto json = parse_json(text);
  if (!json || !json->is_array()) return pairs;
  for (const Json& each : *json) {
    if (!each.is_array() || each.size() != 2 || !each[0].is_string() || !each[1].is_string()) continue;
    pairs.emplace_back(each[0].get<std::string>(), each[1].get<std::string>());
  }
  return pairs;
}

std::optional<std::int64_t> place_in(std::string_view raw, std::string_view text, std::string& scratch) {
  constexpr std::size_t kMost = std::size_t{1} << 31;
  if (text.empty() || raw.empty() || raw.size() >= kMost) return std::nullopt;
  scratch.clear();
  add_escaped(scratch, text);
  // Linear, whatever the bytes are.
  const void* found = ::memmem(raw.data(), raw.size(), scratch.data(), scratch.size());
  if (found == nullptr) return std::nullopt;
  const auto offset = static_cast<std::int64_t>(static_cast<const char*>(found) - raw.data());
  return (offset << 32) | static_cast<std::int64_t>(scratch.size());
}

Result<std::string> text_at(std::string_view raw, std::int64_t place) {
  const auto offset = static_cast<std::size_t>(place >> 32);
  const auto size = static_cast<std::size_t>(place & 0xffffffff);
  if (place < 0 || offset > raw.size() || size > raw.size() - offset) return unreadable();
  auto text = parse_json('"' + std::string(raw.substr(offset, size)) + '"');
  if (!text || !text->is_string()) return unreadable();
  return std::move(text->get_ref<std::string&>());
}

void encode_gaps(const std::vector<Duration>& gaps, char* to) {
  for (const Duration gap : gaps) {
    const auto us = std::chrono::duration_cast<std::chrono::microseconds>(gap).count();
    const auto stored = static_cast<std::uint32_t>(std::clamp<std::int64_t>(us, 0, UINT32_MAX));
    std::memcpy(to, &stored, kGapBytes);
    to += kGapBytes;
  }
}

std::vector<Duration> decode_gaps(std::string_view bytes) {
  std::vector<Duration> gaps(bytes.size() / kGapBytes);
  for (std::size_t i = 0; i < gaps.size(); ++i) {
    std::uint32_t us = 0;
    std::memcpy(&us, bytes.data() + i * kGapBytes, kGapBytes);
    gaps[i] = std::chrono::microseconds(us);
  }
  return gaps;
}

Unit unit_of(std::string_view unit) {
  for (const Unit each :
       {Unit::share, Unit::seconds, Unit::usd, Unit::tokens, Unit::chars, Unit::words, Unit::lines, Unit::number}) {
    if (name(each) == unit) return each;
  }
  return Unit::share;
}

std::string_view name_of(Direction better) {
  return better == Direction::up ? "up" : "down";
}
Direction direction_of(std::string_view name) {
  return name == "down" ? Direction::down : Direction::up;
}

}  // namespace assay::store
