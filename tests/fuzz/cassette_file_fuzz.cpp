// Any bytes as a cassette: an error that says where, or calls that can be asked for, kept and kept again alike.

#include "tests/fuzz/fuzz.hpp"
#include "tests/support/temp_dir.hpp"

#include <assay/cassette/cassette.hpp>
#include <assay/text/utf8.hpp>

#include <algorithm>
#include <vector>

namespace assay::fuzz {
namespace {

using cassette::Cassette;
using cassette::Missing;
using cassette::Recorder;

void check_error(const Error& error) {
  require(error.kind == ErrorKind::invalid || error.kind == ErrorKind::replay_miss);
  require(!error.message.empty() && !error.hint.empty() && !error.at.file.empty());
  require(!text::find_invalid_utf8(error.message) && !text::find_invalid_utf8(error.hint));
  require(error.kind == ErrorKind::replay_miss || error.at.line >= 1);
}

void ask_judge(Cassette& file, const PlannedCase& kase) {
  const std::vector<Message> prompt{{Author::user, {Text{"grade this"}}}};
  const auto recall = file.recall({"openai-chat", "local", "judge-1"}, {"capitals"}, Missing::is_an_error);
  const UnitId unit{0, 0, 0};
  const Request request{prompt, R"({"temperature":0})", R"({"type":"object"})", true};
  const auto step = recall->find({unit, kase, "check/0/grade", Role::judge, request});
  if (!step) check_error(step.error());
  require(!step || (*step && (*step)->role == Role::judge));
}

/// The requests of the corpus, so that lines can be hit as well as missed.
void ask(Cassette& file) {
  const std::vector<Message> france{{Author::user, {Text{"capital of France?"}}}};
  const std::vector<Message> longer{{Author::system, {Text{"short"}}}, {Author::user, {Text{"and Spain?"}}}};
  PlannedCase kase;
  kase.id = "fr";
  ask_judge(file, kase);
  for (const Missing missing : {Missing::is_an_error, Missing::is_sent}) {
    const auto recall = file.recall({"openai-chat", "local", "model-1"}, {"capitals"}, missing);
    for (const auto& messages : {france, longer}) {
      for (std::uint32_t sample = 0; sample < 2; ++sample) {
        const UnitId unit{0, 0, sample};
        const auto step = recall->find({unit, kase, "turn/1", Role::target, {messages, R"({"temperature":0})"}});
        if (!step) check_error(step.error());
        require(!step || *step || missing == Missing::is_sent);
        if (step && *step) require((*step)->replayed && (*step)->name == "turn/1");
      }
    }
  }
}

std::uint64_t kept_copy(const std::filesystem::path& from, const std::filesystem::path& to) {
  auto recorder = Recorder::create(to);
  require(recorder.has_value() && (*recorder)->keep(from).has_value() && (*recorder)->commit().has_value());
  const auto opened = Cassette::open(to);
  require(opened.has_value());
  return (*opened)->size();
}

}  // namespace
}  // namespace assay::fuzz

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace assay::fuzz;
  static const assay::test::TempDir folder;
  const auto file = folder.write("calls.jsonl", text_of(data, size));
  const auto opened = assay::cassette::Cassette::open(file);
  if (!opened) {
    check_error(opened.error());
    return 0;
  }
  ask(**opened);
  const std::uint64_t kept = kept_copy(file, folder / "once.jsonl");
  require(kept <= (*opened)->size());
  require(kept_copy(folder / "once.jsonl", folder / "twice.jsonl") == kept);
  require(folder.read("once.jsonl") == folder.read("twice.jsonl"));
  return 0;
}
