#pragma once
/// The portable file of answered calls: one JSON object a line, found again by what was asked.

#include <assay/core/recall.hpp>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace assay::cassette {

/// Who was asked: with the request, the address of an answer. `host` is the URL's class: `local` for a loopback address
/// or a stub, else the host in lower case, without port and path.
struct Peer {
  std::string api;
  std::string host;
  std::string model;
};

[[nodiscard]] std::string url_class(std::string_view url);

/// An answered (or finally failed) call with what was asked.
struct Call {
  std::string suite;
  std::string case_id;
  std::uint32_t sample = 0;
  std::vector<Message> messages;
  std::string params;  ///< JSON object
  Step step;           ///< a judge's holds the schema and the rest of its question
};

/// `sha256:…` over api, host, model, messages, params and sample, and of a judge's request its schema and whether it
/// asks for logprobs: what makes two requests the same.
[[nodiscard]] std::string key_of(const Peer& peer, const Request& request, std::uint32_t sample);

/// Whether a call that the cassette does not hold may be sent.
enum class Missing { is_an_error, is_sent };

/// An open cassette: keys and places in memory, bodies on disk. Not thread-safe.
class Cassette {
 public:
  /// Errors: `invalid` with file and line for what is no cassette, a newer one, or damaged; `not_found`.
  [[nodiscard]] static Result<std::unique_ptr<Cassette>> open(const std::filesystem::path& file);
  virtual ~Cassette() = default;

  /// `suites[i]` is the id of the run's suite i. Where several calls have one key, that of the same suite, case and
  /// call name is given, else the first. A recorded failure counts as missing where missing calls are sent. The
  /// cassette outlives it.
  [[nodiscard]] virtual std::unique_ptr<Recall> recall(Peer peer, std::vector<std::string> suites, Missing missing) = 0;
  /// Calls of the file.
  [[nodiscard]] virtual std::uint64_t size() const = 0;
};

/// Writes a cassette: sorted by suite, case, sample and call, so that two recordings can be compared line by line.
/// The file appears whole, or not at all.
class Recorder {
 public:
  /// Writes to a temporary file beside `file`. Errors: `store`; `invalid` where something else than a cassette or an
  /// empty file is there already.
  [[nodiscard]] static Result<std::unique_ptr<Recorder>> create(const std::filesystem::path& file);
  virtual ~Recorder() = default;

  /// A call that was cancelled, stopped by a budget or missed in a replay is no answer, and is left out. Of a call that
  /// is added twice the later one stays. Errors: `store`; `invalid` for parameters that are no JSON object.
  [[nodiscard]] virtual Result<void> add(const Peer& peer, const Call& call) = 0;
  /// Keeps the calls of an older cassette that were not added anew (same key, suite, case and call). `older` may be the
  /// file that is being replaced. Errors: `store`, `not_found`, `invalid` with file and line.
  [[nodiscard]] virtual Result<void> keep(const std::filesystem::path& older) = 0;
  /// Sorts, syncs and renames. Errors: `store`.
  [[nodiscard]] virtual Result<void> commit() = 0;
};

}  // namespace assay::cassette
