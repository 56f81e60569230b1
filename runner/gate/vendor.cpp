#include "runner/gate/vendor.hpp"

#include <array>
#include <string>
#include <utility>

namespace assay::gate {

namespace {

constexpr std::array<std::pair<std::string_view, std::string_view>, 46> kFamilies{{
    {"gpt", "OpenAI"},
    {"chatgpt", "OpenAI"},
    {"openai", "OpenAI"},
    {"o1", "OpenAI"},
    {"o3", "OpenAI"},
    {"o4", "OpenAI"},
    {"claude", "Anthropic"},
    {"anthropic", "Anthropic"},
    {"gemini", "Google"},
    {"gemma", "Google"},
    {"codegemma", "Google"},
    {"llama", "Meta"},
    {"codellama", "Meta"},
    {"mistral", "Mistral"},
    {"mistralai", "Mistral"},
    {"mixtral", "Mistral"},
    {"ministral", "Mistral"},
    {"magistral", "Mistral"},
    {"codestral", "Mistral"},
    {"devstral", "Mistral"},
    {"pixtral", "Mistral"},
    {"qwen", "Alibaba"},
    {"qwq", "Alibaba"},
    {"deepseek", "DeepSeek"},
    {"command", "Cohere"},
    {"cohere", "Cohere"},
    {"aya", "Cohere"},
    {"grok", "xAI"},
    {"phi", "Microsoft"},
    {"wizardlm", "Microsoft"},
    {"nova", "Amazon"},
    {"titan", "Amazon"},
    {"smollm", "Hugging Face"},
    {"zephyr", "Hugging Face"},
    {"olmo", "AI2"},
    {"tulu", "AI2"},
    {"granite", "IBM"},
    {"glm", "Zhipu"},
    {"chatglm", "Zhipu"},
    {"kimi", "Moonshot"},
    {"moonshot", "Moonshot"},
    {"minimax", "MiniMax"},
    {"jamba", "AI21"},
    {"nemotron", "NVIDIA"},
    {"falcon", "TII"},
    {"yi", "01.AI"},
}};

bool is_letter(char c) {
  return c >= 'a' && c <= 'z';
}

bool is_word(char c) {
  return is_letter(c) || (c >= '0' && c <= '9');
}

/// `llama3` is of the family `llama`, `phil` is not of `phi`; `o1` takes no further digit.
bool of_family(std::string_view word, std::string_view family) {
  if (!word.starts_with(family)) return false;
  if (word.size() == family.size()) return true;
  const bool ends_in_digit = !is_letter(family.back());
  return !is_letter(word[family.size()]) && !ends_in_digit;
}

}  // namespace

std::string_view vendor_of(std::string_view model) {
  std::string name(model);
  for (char& c : name) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  for (std::size_t at = 0; at < name.size();) {
    std::size_t end = at;
    while (end < name.size() && is_word(name[end])) ++end;
    const auto word = std::string_view(name).substr(at, end - at);
    for (const auto& [family, vendor] : kFamilies) {
      if (of_family(word, family)) return vendor;
    }
    at = end + 1;
  }
  return {};
}

}  // namespace assay::gate
