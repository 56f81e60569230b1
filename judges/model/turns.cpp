#include "judges/model/turns.hpp"

#include "judges/model/fence.hpp"

#include <assay/text/utf8.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace assay::judges {

std::vector<Turn> turns_of(const CheckContext& context) {
  std::vector<Turn> turns;
  std::size_t number = 0;
  for (const auto& message : context.transcript.messages) {
    if (message.author != Author::user && message.author != Author::assistant) continue;
    auto text = assay::text_of(message);
    if (text::trim(text).empty()) continue;
    turns.push_back({message.author == Author::user ? 0 : ++number, std::move(text)});
  }
  turns.push_back({++number, std::string(context.answer)});
  return turns;
}

std::size_t assistant_turns(const std::vector<Turn>& turns) {
  return turns.back().number;
}

std::string fenced_turns(std::string_view salt, const std::vector<Turn>& turns) {
  std::string all;
  for (const auto& turn : turns) all += fmt::format("{}:{}:{}\n", turn.number, turn.text.size(), turn.text);
  const auto word = fence_word(salt, all);
  std::string shown;
  for (const auto& turn : turns) {
    const auto who = turn.number == 0 ? std::string("user") : fmt::format("assistant turn {}", turn.number);
    shown += fmt::format("{0}<{1} {2}>\n{3}\n</{1} {2}>", shown.empty() ? "" : "\n", who, word, turn.text);
  }
  return shown;
}

}  // namespace assay::judges
