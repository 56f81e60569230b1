#pragma once
/// What a line says was asked, without its answer.

#include "runner/cassette/lines.hpp"

#include <optional>
#include <vector>

namespace assay::cassette {

struct Asking {
  Head head;
  Peer peer;
  std::vector<Message> messages;
  Json params;
  Json schema;                       ///< null: free text
  bool logprobs = false;             ///< are wanted
  std::uint32_t line = 0;            ///< 0: not from a file
  std::vector<std::uint64_t> words;  ///< digests of the last message's words, sorted
};

/// Digests of a text's words, sorted; of at most its first 4 KiB.
[[nodiscard]] std::vector<std::uint64_t> words_of(std::string_view text);

/// Reads a line as far as its answer, at most `most` bytes; nothing for a request that is longer, or damaged.
[[nodiscard]] std::optional<Asking> read_asking(const InFile& file, const Spot& spot, std::size_t most);

}  // namespace assay::cassette
