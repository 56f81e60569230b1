// Requests on a connection are read alike wherever the network cuts them. The first byte says where.

#include "runner/net/request_scanner.hpp"
#include "tests/fuzz/fuzz.hpp"

#include <algorithm>
#include <string>

namespace {

using assay::net::RequestScanner;
using State = RequestScanner::State;

// What a server would make of the bytes.
std::string serve(std::string_view bytes, std::size_t piece) {
  RequestScanner scanner(256);
  std::string log;
  std::size_t begin = 0;
  for (std::size_t arrived = 0; arrived < bytes.size();) {
    arrived = std::min(arrived + piece, bytes.size());
    for (;;) {
      // In a buffer of its own, so that a view that outlives it is seen by the sanitizer.
      const std::string buffer(bytes.substr(begin, arrived - begin));
      const State state = scanner.scan(buffer);
      if (state == State::more) break;
      if (state == State::bad) {
        assay::fuzz::require(scanner.status() >= 400 && !scanner.reason().empty());
        return log + std::to_string(scanner.status());
      }
      assay::fuzz::require(scanner.size() > 0 && scanner.size() <= buffer.size() && scanner.body().size() <= 256);
      log.append(scanner.method()).append(" ").append(scanner.target()).append(scanner.keep_alive() ? "+" : "-");
      log.append(scanner.header("host")).append("\n").append(scanner.body()).append("\n");
      begin += scanner.size();
      scanner.reset();
    }
  }
  return log;
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const auto bytes = assay::fuzz::text_of(data, std::min<std::size_t>(size, 16384)).substr(1);
  const auto whole = serve(bytes, bytes.size());
  assay::fuzz::require(serve(bytes, 1 + data[0] % 64) == whole);
  if (bytes.size() < 1024) assay::fuzz::require(serve(bytes, 1) == whole);
  return 0;
}
