// Answers on a connection are read alike wherever the network cuts them. The first byte says where, the second whether
// the answer is one to HEAD.

#include "runner/net/response_parser.hpp"
#include "tests/fuzz/fuzz.hpp"

#include <algorithm>
#include <string>

namespace {

using namespace assay;
using net::ResponseParser;
using State = ResponseParser::State;

struct Seen final : ResponseParser::Events {
  int heads = 0;
  std::string head;
  std::string body;

  void on_head(HttpHead shown) override {
    fuzz::require(++heads == 1 && shown.status >= 101);
    head = std::to_string(shown.status);
    for (const auto& [name, value] : shown.headers) head.append("\n").append(name).append(": ").append(value);
  }
  void on_body(std::string_view bytes) override {
    fuzz::require(heads == 1 && !bytes.empty());
    body += bytes;
  }
};

// The answer, or its error; then whether the connection could be used again, and what is left on it.
std::string receive(std::string_view bytes, std::size_t piece, bool bodiless) {
  Seen seen;
  ResponseParser parser;
  parser.begin(seen, 4096, bodiless);
  auto state = State::more;
  std::size_t used = 0;
  for (std::size_t arrived = 0; state == State::more && arrived < bytes.size();) {
    arrived = std::min(arrived + piece, bytes.size());
    const std::string buffer(bytes.substr(used, arrived - used));
    std::size_t taken = 0;
    state = parser.feed(buffer, taken);
    fuzz::require(taken <= buffer.size());
    used += taken;
  }
  const bool ended = state == State::more;
  if (ended) state = parser.finish();
  if (state == State::failed) {
    const Error error = parser.error();
    fuzz::require(!error.message.empty() && (error.kind == ErrorKind::protocol || error.kind == ErrorKind::transport));
    // Not the kind: Beast looks at a line again only when all of it is there, so that one may come for the other.
    return seen.head + "\nfailed";
  }
  fuzz::require(state == State::complete && seen.heads == 1 && parser.head_done() && seen.body.size() <= 4096);
  // A body that ends with the connection is the end of it, however much of it was there at once.
  const std::string end = ended ? "eof" : parser.keep_alive() ? "keep " + std::to_string(used) : "close";
  return seen.head + "\n\n" + seen.body + "\n" + end;
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 3) return 0;
  const bool bodiless = data[1] == 'H';
  const auto bytes = fuzz::text_of(data, std::min<std::size_t>(size, 16384)).substr(2);
  const auto whole = receive(bytes, bytes.size(), bodiless);
  fuzz::require(receive(bytes, 1 + data[0] % 64, bodiless) == whole);
  if (bytes.size() < 1024) fuzz::require(receive(bytes, 1, bodiless) == whole);
  return 0;
}
