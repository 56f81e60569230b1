#include "runner/cassette/index.hpp"
#include "runner/cassette/key.hpp"
#include "runner/cassette/nearest.hpp"
#include "runner/cassette/words.hpp"

#include <assay/cassette/cassette.hpp>

#include <fmt/format.h>

namespace assay::cassette {
namespace {

// A miss is slow enough to be noticed only if it reads much.
constexpr std::size_t kOfCase = 64;
constexpr std::size_t kElsewhere = 256;
constexpr std::size_t kOfCaseBytes = 4U << 20U;
constexpr std::size_t kElsewhereBytes = 64U << 10U;

class File final : public Cassette {
 public:
  explicit File(InFile file) : file_(std::move(file)) {}

  Result<void> index() {
    auto done = for_each_call(file_, [this](const Head& head, const Spot& spot) -> Result<void> {
      index_.add(head, spot);
      return {};
    });
    index_.seal();
    return done;
  }

  std::unique_ptr<Recall> recall(Peer peer, std::vector<std::string> suites, Missing missing) override;
  std::uint64_t size() const override { return index_.size(); }

  [[nodiscard]] const Index& calls() const { return index_; }

  /// The call of an entry; nothing if its key only begins like `key`.
  [[nodiscard]] Result<std::optional<Step>> take(const Entry& entry, const std::string& key) const {
    const auto text = file_.bytes(entry.offset, entry.length);
    if (!text) return text.error();
    const auto line = parse_json(*text);
    if (!line || !line->is_object()) {
      return damaged(entry, "the line is not valid JSON", "take the line back as it was, or remove it");
    }
    const auto recorded = line->find("key");
    if (recorded == line->end() || *recorded != key) return std::nullopt;
    if (key_of_line(*line) != key) {
      return damaged(
          entry,
          fmt::format("line {} was changed after it was recorded: its key is that of another request", entry.line),
          "take the change back, or remove the line and record its call with --cassette");
    }
    auto step = step_of(*line);
    if (!step) return at_line(step.error(), file_, entry.line);
    return std::move(*step);
  }

  [[nodiscard]] Error miss(const Asking& asked) {
    Nearest nearest(asked);
    const auto same =
        index_.of_case(mark_of_case(asked.head.suite, asked.head.case_id), mark_of_call(asked.head.call), kOfCase);
    for (const Entry* entry : same) {
      if (const auto recorded = read_asking(file_, entry->spot(), kOfCaseBytes)) nearest.look_at(*recorded);
    }
    if (!nearest.found()) {
      for (const Asking& each : elsewhere()) nearest.look_at(each);
    }
    Error error{
        ErrorKind::replay_miss, nearest.sentence(),
        fmt::format("--cassette {} sends only what is missing and adds it; or take the change back", file_.name())};
    if (index_.size() == 0) error.message += ": the cassette holds no calls";
    error.at.file = file_.name();
    return error;
  }

 private:
  [[nodiscard]] Error damaged(const Entry& entry, std::string message, std::string hint) const {
    return at_line({ErrorKind::invalid, std::move(message), std::move(hint)}, file_, entry.line);
  }

  /// Read once, when the first call of an unknown case is missing.
  const std::vector<Asking>& elsewhere() {
    if (!elsewhere_) {
      elsewhere_.emplace();
      for (const Entry* entry : index_.some(kElsewhere)) {
        if (auto recorded = read_asking(file_, entry->spot(), kElsewhereBytes))
          elsewhere_->push_back(std::move(*recorded));
      }
    }
    return *elsewhere_;
  }

  InFile file_;
  Index index_;
  std::optional<std::vector<Asking>> elsewhere_;
};

class Recalled final : public Recall {
 public:
  Recalled(File& file, Peer peer, std::vector<std::string> suites, Missing missing)
      : file_(file), peer_(std::move(peer)), suites_(std::move(suites)), missing_(missing) {}

  Result<std::optional<Step>> find(const Asked& asked) override {
    const std::string key = key_of(peer_, asked.request, asked.unit.sample);
    const std::span<const Entry> calls = file_.calls().of_key(short_key(key));
    for (const bool same_call : {true, false}) {
      for (const Entry& entry : calls) {
        if (asks_for(entry, asked) != same_call) continue;
        auto step = file_.take(entry, key);
        if (!step) return step;
        if (!*step || (missing_ == Missing::is_sent && std::holds_alternative<Error>((*step)->result))) continue;
        (*step)->name = asked.call;
        (*step)->role = asked.role;
        return step;
      }
    }
    if (missing_ == Missing::is_sent) return std::nullopt;
    return file_.miss(asking_of(asked, key));
  }

 private:
  [[nodiscard]] std::string suite_of(const Asked& asked) const {
    return asked.unit.suite < suites_.size() ? suites_[asked.unit.suite] : "";
  }

  [[nodiscard]] bool asks_for(const Entry& entry, const Asked& asked) const {
    return entry.call_mark == mark_of_call(asked.call) &&
           entry.case_mark == mark_of_case(suite_of(asked), asked.kase.id);
  }

  [[nodiscard]] Asking asking_of(const Asked& asked, const std::string& key) const {
    const Request& request = asked.request;
    Asking asking{.head = {key, suite_of(asked), asked.kase.id, std::string(asked.call), asked.unit.sample},
                  .peer = peer_,
                  .messages = {},
                  .params = Json::object(),
                  .schema = schema_of(request.schema),
                  .logprobs = request.logprobs,
                  .words = {}};
    for (const Message& message : request.messages) asking.messages.push_back(as_sent(message));
    if (auto params = parse_json(request.params)) asking.params = std::move(*params);
    if (!asking.messages.empty()) asking.words = words_of(text_of(asking.messages.back()));
    return asking;
  }

  File& file_;
  Peer peer_;
  std::vector<std::string> suites_;
  Missing missing_;
};

std::unique_ptr<Recall> File::recall(Peer peer, std::vector<std::string> suites, Missing missing) {
  return std::make_unique<Recalled>(*this, std::move(peer), std::move(suites), missing);
}

}  // namespace

Result<std::unique_ptr<Cassette>> Cassette::open(const std::filesystem::path& file) {
  auto opened = InFile::open(file);
  if (!opened) return opened.error();
  auto cassette = std::make_unique<File>(std::move(*opened));
  if (auto indexed = cassette->index(); !indexed) return indexed.error();
  return std::unique_ptr<Cassette>(std::move(cassette));
}

}  // namespace assay::cassette
