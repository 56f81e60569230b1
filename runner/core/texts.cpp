#include <assay/core/texts.hpp>

#include <functional>

namespace assay {

void Texts::add(std::string_view text) {
  if (ends_.size() % kBlock == 0) begins_.push_back(bytes_.size());
  bytes_.append(text);
  ends_.push_back(static_cast<std::uint32_t>(bytes_.size() - begins_.back()));
}

std::string_view Texts::operator[](std::size_t at) const {
  const std::size_t begin = at % kBlock == 0 ? 0 : ends_[at - 1];
  return std::string_view(bytes_).substr(begins_[at / kBlock] + begin, ends_[at] - begin);
}

std::uint32_t DistinctTexts::number(std::string_view text) {
  if (2 * (texts_.size() + 1) > slots_.size()) grow();
  std::uint32_t& slot = slots_[slot_of(text)];
  if (slot == 0) {
    texts_.add(text);
    slot = static_cast<std::uint32_t>(texts_.size());
  }
  return slot - 1;
}

std::size_t DistinctTexts::slot_of(std::string_view text) const {
  const std::size_t mask = slots_.size() - 1;
  std::size_t at = std::hash<std::string_view>()(text) & mask;
  while (slots_[at] != 0 && texts_[slots_[at] - 1] != text) at = (at + 1) & mask;
  return at;
}

void DistinctTexts::grow() {
  slots_.assign(slots_.empty() ? 16 : 2 * slots_.size(), 0);
  for (std::uint32_t i = 0; i < texts_.size(); ++i) slots_[slot_of(texts_[i])] = i + 1;
}

}  // namespace assay
