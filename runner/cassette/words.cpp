#include "runner/cassette/words.hpp"

#include <assay/core/part_json.hpp>
#include <assay/text/utf8.hpp>

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <iterator>

namespace assay::cassette {
namespace {

constexpr std::array kAuthors = {Author::system, Author::developer, Author::user, Author::assistant, Author::tool};

std::string to_base64(std::string_view bytes) {
  std::string text(4 * ((bytes.size() + 2) / 3) + 1, '\0');
  const int size =
      EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                      reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
  text.resize(static_cast<std::size_t>(size));
  return text;
}

std::optional<std::string> from_base64(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  std::string bytes(text.size() / 4 * 3, '\0');
  const int size = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
                                   reinterpret_cast<const unsigned char*>(text.data()), static_cast<int>(text.size()));
  if (size < 0 || static_cast<std::size_t>(size) != bytes.size()) return std::nullopt;
  if (text.ends_with('=')) bytes.pop_back();  // the library counts the padding as bytes
  if (text.ends_with("==")) bytes.pop_back();
  return bytes;
}

void add_escaped(std::string& out, unsigned char c) {
  constexpr std::string_view kHex = "0123456789abcdef";
  constexpr std::string_view kShort = "\"\\\b\f\n\r\t";
  constexpr std::string_view kLetters = "\"\\bfnrt";
  out += '\\';
  const auto at = kShort.find(static_cast<char>(c));
  if (at != std::string_view::npos) {
    out += kLetters[at];
  } else {
    out += "u00";
    out += {kHex[c >> 4U], kHex[c & 15U]};
  }
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
    out += R"({"arguments":)";
    add_string(out, part.arguments);
    out += R"(,"id":)";
    add_string(out, part.id);
    out += R"(,"tool":)";
    add_string(out, part.name);
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

bool is_sent(const Part& part) {
  return !std::holds_alternative<Contexts>(part) && !std::holds_alternative<Logprobs>(part);
}

std::optional<std::string> string_at(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found == object.end() ? std::nullopt : string_of(*found);
}

std::optional<Part> part_of(const Json& json) {
  if (!json.is_object()) return std::nullopt;
  if (auto text = string_at(json, "text")) return Text{std::move(*text)};
  if (auto refusal = string_at(json, "refusal")) return Refusal{std::move(*refusal)};
  if (const auto contexts = json.find("contexts"); contexts != json.end()) return contexts_of(*contexts, string_of);
  if (const auto logprobs = json.find("logprobs"); logprobs != json.end()) return logprobs_of(*logprobs, string_of);
  auto tool = string_at(json, "tool");
  auto id = string_at(json, "id");
  auto arguments = string_at(json, "arguments");
  if (!tool || !id || !arguments) return std::nullopt;
  return ToolUse{std::move(*id), std::move(*tool), std::move(*arguments)};
}

std::optional<Author> author_of(std::string_view word) {
  for (const Author each : kAuthors) {
    if (name(each) == word) return each;
  }
  return std::nullopt;
}

}  // namespace

void add_string(std::string& out, std::string_view text) {
  if (text::find_invalid_utf8(text)) {
    out += R"({"base64":")" + to_base64(text) + "\"}";
    return;
  }
  out += '"';
  std::size_t plain = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c >= 0x20 && c != '"' && c != '\\') continue;
    out.append(text, plain, i - plain);
    plain = i + 1;
    add_escaped(out, c);
  }
  out.append(text, plain);
  out += '"';
}

std::optional<std::string> string_of(const Json& json) {
  if (json.is_string()) return json.get_ref<const std::string&>();
  if (!json.is_object()) return std::nullopt;
  const auto found = json.find("base64");
  if (found == json.end() || !found->is_string()) return std::nullopt;
  return from_base64(found->get_ref<const std::string&>());
}

void add_message(std::string& out, const Message& message) {
  const auto* only = message.parts.size() == 1 ? std::get_if<Text>(&message.parts.front()) : nullptr;
  if (only != nullptr) {
    out += "{\"";
    out += name(message.author);
    out += "\":";
    add_string(out, only->text);
    out += '}';
    return;
  }
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

void add_messages(std::string& out, std::span<const Message> messages) {
  out += '[';
  for (std::size_t i = 0; i < messages.size(); ++i) {
    if (i != 0) out += ',';
    const auto& parts = messages[i].parts;
    if (std::all_of(parts.begin(), parts.end(), is_sent)) {
      add_message(out, messages[i]);
    } else {
      add_message(out, as_sent(messages[i]));
    }
  }
  out += ']';
}

Message as_sent(const Message& message) {
  Message sent{message.author, {}};
  std::copy_if(message.parts.begin(), message.parts.end(), std::back_inserter(sent.parts), is_sent);
  return sent;
}

std::optional<Message> message_of(const Json& json) {
  if (!json.is_object()) return std::nullopt;
  const auto parts = json.find("parts");
  if (parts == json.end()) {
    if (json.size() != 1) return std::nullopt;
    const auto author = author_of(json.begin().key());
    auto text = string_of(*json.begin());
    if (!author || !text) return std::nullopt;
    return Message{*author, {Text{std::move(*text)}}};
  }
  const auto author = author_of(string_at(json, "author").value_or(""));
  if (!author || !parts->is_array()) return std::nullopt;
  Message message{*author, {}};
  for (const Json& each : *parts) {
    auto part = part_of(each);
    if (!part) return std::nullopt;
    message.parts.push_back(std::move(*part));
  }
  return message;
}

std::optional<std::vector<Message>> messages_of(const Json& json) {
  if (!json.is_array()) return std::nullopt;
  std::vector<Message> messages;
  for (const Json& each : json) {
    auto message = message_of(each);
    if (!message) return std::nullopt;
    messages.push_back(std::move(*message));
  }
  return messages;
}

}  // namespace assay::cassette
