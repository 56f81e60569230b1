#include "judges/heuristic/language_guess.hpp"

#include "runner/text/decode.hpp"

#include <assay/text/utf8.hpp>

#include <cld2/public/compact_lang_det.h>
#include <cld2/public/encodings.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>  // the detector's header needs it

namespace assay::judges {

namespace {

constexpr std::array<Language, 84> kLanguages{
    {{"af", "Afrikaans"},      {"ar", "Arabic"},
     {"az", "Azerbaijani"},    {"be", "Belarusian"},
     {"bg", "Bulgarian"},      {"bh", "Bihari"},
     {"bn", "Bengali"},        {"bs", "Bosnian"},
     {"ca", "Catalan"},        {"ceb", "Cebuano"},
     {"chr", "Cherokee"},      {"cs", "Czech"},
     {"cy", "Welsh"},          {"da", "Danish"},
     {"de", "German"},         {"dv", "Dhivehi"},
     {"el", "Greek"},          {"en", "English"},
     {"es", "Spanish"},        {"et", "Estonian"},
     {"eu", "Basque"},         {"fa", "Persian"},
     {"fi", "Finnish"},        {"fr", "French"},
     {"ga", "Irish"},          {"gd", "Scottish Gaelic"},
     {"gl", "Galician"},       {"gu", "Gujarati"},
     {"he", "Hebrew"},         {"hi", "Hindi"},
     {"hmn", "Hmong"},         {"hr", "Croatian"},
     {"ht", "Haitian Creole"}, {"hu", "Hungarian"},
     {"hy", "Armenian"},       {"id", "Indonesian"},
     {"is", "Icelandic"},      {"it", "Italian"},
     {"iu", "Inuktitut"},      {"ja", "Japanese"},
     {"jv", "Javanese"},       {"ka", "Georgian"},
     {"km", "Khmer"},          {"kn", "Kannada"},
     {"ko", "Korean"},         {"lg", "Ganda"},
     {"lif", "Limbu"},         {"lo", "Lao"},
     {"lt", "Lithuanian"},     {"lv", "Latvian"},
     {"mk", "Macedonian"},     {"ml", "Malayalam"},
     {"mr", "Marathi"},        {"ms", "Malay"},
     {"mt", "Maltese"},        {"ne", "Nepali"},
     {"nl", "Dutch"},          {"no", "Norwegian"},
     {"or", "Odia"},           {"pa", "Punjabi"},
     {"pl", "Polish"},         {"pt", "Portuguese"},
     {"ro", "Romanian"},       {"ru", "Russian"},
     {"rw", "Kinyarwanda"},    {"si", "Sinhala"},
     {"sk", "Slovak"},         {"sl", "Slovenian"},
     {"sq", "Albanian"},       {"sr", "Serbian"},
     {"sv", "Swedish"},        {"sw", "Swahili"},
     {"syr", "Syriac"},        {"ta", "Tamil"},
     {"te", "Telugu"},         {"th", "Thai"},
     {"tl", "Tagalog"},        {"tr", "Turkish"},
     {"uk", "Ukrainian"},      {"ur", "Urdu"},
     {"vi", "Vietnamese"},     {"yi", "Yiddish"},
     {"zh", "Chinese"},        {"zh-Hant", "Chinese in traditional characters"}}};

struct OtherName {
  std::string_view written;
  std::string_view code;
};

// Older codes (two of them the detector's own), parts of what it takes as one, and regions.
constexpr std::array<OtherName, 9> kOtherNames{{
    {"iw", "he"},
    {"jw", "jv"},
    {"in", "id"},
    {"nb", "no"},
    {"fil", "tl"},
    {"zh-hans", "zh"},
    {"zh-cn", "zh"},
    {"zh-tw", "zh-Hant"},
    {"zh-hk", "zh-Hant"},
}};

// What the detector takes for text: no control characters, nothing that Unicode keeps for itself.
std::string interchangeable(std::string_view utf8) {
  std::string text;
  text.reserve(utf8.size());
  for (std::size_t at = 0; at < utf8.size();) {
    const auto next = text::decode(utf8, at);
    const char32_t c = next.code;
    const bool control = (c < 0x20 && c != '\n' && c != '\t' && c != '\r') || (c >= 0x7F && c < 0xA0);
    const bool reserved = (c & 0xFFFE) == 0xFFFE || (c >= 0xFDD0 && c <= 0xFDEF);
    if (!next.valid || control || reserved) {
      text += ' ';
    } else {
      text.append(utf8, at, next.size);
    }
    at += next.size;
  }
  return text;
}

}  // namespace

std::span<const Language> languages() {
  return kLanguages;
}

const Language* find_language(std::string_view code) {
  std::string wanted = text::fold_case(code);
  for (const auto& other : kOtherNames) {
    if (wanted == other.written) wanted = text::fold_case(other.code);
  }
  const auto* const found = std::ranges::find_if(
      kLanguages, [&](const Language& language) { return text::fold_case(language.code) == wanted; });
  return found == kLanguages.end() ? nullptr : found;
}

const Language* guess_language(std::string_view utf8) {
  const std::string text = interchangeable(utf8);
  const CLD2::CLDHints no_hints{nullptr, nullptr, CLD2::UNKNOWN_ENCODING, CLD2::UNKNOWN_LANGUAGE};
  std::array<CLD2::Language, 3> found{};
  std::array<int, 3> percents{};
  std::array<double, 3> scores{};
  int letters = 0;
  int valid = 0;
  bool sure = false;
  const auto first = CLD2::ExtDetectLanguageSummaryCheckUTF8(text.data(), static_cast<int>(text.size()), true,
                                                             &no_hints, 0, found.data(), percents.data(), scores.data(),
                                                             nullptr, &letters, &sure, &valid);
  return sure && first != CLD2::UNKNOWN_LANGUAGE ? find_language(CLD2::LanguageCode(first)) : nullptr;
}

}  // namespace assay::judges
