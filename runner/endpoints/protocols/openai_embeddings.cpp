#include "runner/endpoints/protocols/openai_embeddings.hpp"

#include "runner/endpoints/json_scanner.hpp"
#include "runner/endpoints/protocols/openai_chat.hpp"

#include <assay/core/json.hpp>

#include <fmt/format.h>

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace assay::endpoints {

namespace {

using Kind = JsonScanner::Kind;

struct Vector {
  std::string json;      ///< `[0.1,-0.2]`
  std::size_t size = 0;  ///< 0: no list of numbers
};

Vector read_vector(JsonScanner& scan) {
  Vector vector{.json = "["};
  bool numbers = true;
  if (!scan.enter_array()) return {};
  while (scan.next_item()) {
    numbers = numbers && scan.peek() == Kind::number;
    if (vector.size > 0) vector.json += ',';
    vector.json += scan.raw();
    ++vector.size;
  }
  vector.json += ']';
  return numbers ? vector : Vector{};
}

// One item of `data`, put at its `index`, or at its place in the list where it has none. False if that cannot be.
bool read_item(JsonScanner& scan, std::size_t place, std::vector<std::optional<Vector>>& into) {
  Vector vector;
  bool placed = true;
  if (!scan.enter_object()) return false;
  while (const auto key = scan.next_key()) {
    if (*key == "embedding") {
      vector = read_vector(scan);
    } else if (*key == "index") {
      const auto index = scan.read_count();
      placed = index.has_value();
      place = static_cast<std::size_t>(index.value_or(0));
    } else {
      scan.skip();
    }
  }
  if (!placed || place >= into.size() || into[place] || vector.size == 0) return false;
  into[place] = std::move(vector);
  return true;
}

struct Found {
  std::size_t items = 0;  ///< of `data`
  std::size_t wrong = 0;  ///< of them
  std::vector<std::optional<Vector>> vectors;
};

Found find_vectors(std::string_view json, std::size_t inputs) {
  Found found;
  found.vectors.resize(inputs);
  JsonScanner scan(json);
  if (!scan.enter_object()) return found;
  while (const auto key = scan.next_key()) {
    if (*key != "data") {
      scan.skip();
    } else if (scan.enter_array()) {
      while (scan.next_item()) {
        if (!read_item(scan, found.items++, found.vectors)) ++found.wrong;
      }
    }
  }
  return found;
}

// What is wrong, as a sentence; empty if nothing is.
std::string fault_of(const Found& found) {
  const auto inputs = found.vectors.size();
  if (found.items != inputs) return fmt::format("the answer has {} embeddings for {} texts", found.items, inputs);
  if (found.wrong > 0) return "the answer's `data` is not one list of numbers for each text";
  for (const auto& vector : found.vectors) {
    if (vector->size != found.vectors.front()->size) return "the answer's embeddings differ in their length";
  }
  return {};
}

std::string joined(const std::vector<std::optional<Vector>>& vectors) {
  std::string out = "[";
  for (const auto& vector : vectors) {
    if (out.size() > 1) out += ',';
    out += vector->json;
  }
  return out + ']';
}

}  // namespace

std::string encode_embeddings(const Request& request, const std::string& model) {
  std::string out = R"({"input":[)";
  bool first = true;
  for (const auto& message : request.messages) {
    if (!first) out += ',';
    first = false;
    append_json_string(out, text_of(message));
  }
  OrderedJson rest;
  rest["model"] = model;
  const auto own = OrderedJson::parse(request.params, nullptr, false);
  if (own.is_object()) {
    for (const auto& [key, value] : own.items()) {
      if (key != "input" && key != "encoding_format") rest[key] = value;
    }
  }
  return out + "]," + rest.dump(-1, ' ', false, OrderedJson::error_handler_t::replace).substr(1);
}

std::size_t count_inputs(std::string_view body) {
  std::size_t count = 0;
  JsonScanner scan(body);
  if (!scan.enter_object() || scan.next_key() != "input" || !scan.enter_array()) return count;
  while (scan.next_item()) {
    scan.skip();
    ++count;
  }
  return count;
}

std::variant<Response, Error> read_embeddings(std::string_view json, std::size_t inputs, const ChatPeer& peer) {
  // All but the vectors is as in a chat's answer.
  ChatAnswer answer;
  const auto read = read_chat(json, answer);
  if (read.cut_off) return cut_off_answer("the answer's JSON ends in the middle");
  if (!read.ok) return foreign_answer(fmt::format("the answer is not JSON (byte {})", read.offset), json, peer);
  if (answer.error) return provider_error(*answer.error, peer);
  const auto found = find_vectors(json, inputs);
  const auto fault = fault_of(found);
  if (!fault.empty()) return foreign_answer(fault, json, peer);
  auto response = to_response(std::move(answer));
  response.message.parts = {Text{joined(found.vectors)}};
  response.finish = Finish::stop;
  if (response.usage.input_tokens && !response.usage.output_tokens) response.usage.output_tokens = 0;
  return response;
}

}  // namespace assay::endpoints
