#pragma once
/// The scripted endpoint: an OpenAI-compatible model that answers, errs and misbehaves as its script says.

#include <assay/core/diagnostics.hpp>
#include <assay/net/server.hpp>
#include <assay/text/node.hpp>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace assay::stub {

/// A compiled script. Immutable.
class Script;

/// Reads a script file and the data sets it answers from (paths are relative to it). Reports every fault into
/// `diagnostics` and returns nullptr if there was one.
[[nodiscard]] std::shared_ptr<const Script> load_script(const std::filesystem::path& file, Diagnostics& diagnostics);
[[nodiscard]] std::shared_ptr<const Script> parse_script(const text::Node& document, Diagnostics& diagnostics);
/// Answers every request with `ok`.
[[nodiscard]] std::shared_ptr<const Script> default_script();

/// The models that a script serves, as `/v1/models` lists them.
[[nodiscard]] std::vector<std::string> models(const Script& script);

/// Counters for tests and for `assay stub --verbose`.
struct Served {
  std::uint64_t requests = 0;
  std::uint64_t completions = 0;  ///< whole answers sent, streamed or not
  std::uint64_t faults = 0;
  std::uint64_t rejected = 0;  ///< beyond the script's capacity
};

/// One JSON line a request, appended to a file as soon as the request's outcome is known; docs/stub.md names the keys.
/// Not thread-safe.
class RequestLog {
 public:
  /// Errors: `usage` for a file that cannot be opened to append.
  [[nodiscard]] static Result<std::shared_ptr<RequestLog>> open(const std::filesystem::path& file);
  RequestLog(const RequestLog&) = delete;
  RequestLog& operator=(const RequestLog&) = delete;
  ~RequestLog();

  /// `line` with its end, in one write: several processes may share the file.
  void write(std::string_view line);
  /// Lines that could not be written whole, on a full disk for example.
  [[nodiscard]] std::uint64_t lost() const { return lost_; }

 private:
  explicit RequestLog(int descriptor) : descriptor_(descriptor) {}

  int descriptor_;
  std::uint64_t lost_ = 0;
};

/// Makes the handler that plays a script. Draws are keyed by (seed, request, how often that request was seen), so that
/// a retry can see another outcome and equal runs see equal ones. Without a `seed` the script's own counts. With a
/// `log` it also tells which answers reached their client's socket. One loop only.
[[nodiscard]] net::Handler make_handler(std::shared_ptr<const Script> script, std::optional<std::uint64_t> seed = {},
                                        std::shared_ptr<Served> served = nullptr,
                                        std::shared_ptr<RequestLog> log = nullptr);

/// JSON Schema (draft-07) of a script, with descriptions and examples.
[[nodiscard]] OrderedJson script_schema();

}  // namespace assay::stub
