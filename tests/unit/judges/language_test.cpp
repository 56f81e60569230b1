/// The first sentence of article 1 of the Universal Declaration of Human Rights, in the translations that the United
/// Nations publish.

#include "judges/heuristic/language_guess.hpp"
#include "tests/unit/judges/support.hpp"

#include <set>

namespace assay::judges {
namespace {

const std::vector<std::pair<std::string, std::string>>& sentences() {
  static const std::vector<std::pair<std::string, std::string>> kSentences{
      {"en", "All human beings are born free and equal in dignity and rights."},
      {"de", "Alle Menschen sind frei und gleich an Würde und Rechten geboren."},
      {"fr", "Tous les êtres humains naissent libres et égaux en dignité et en droits."},
      {"it", "Tutti gli esseri umani nascono liberi ed eguali in dignità e diritti."},
      {"pt", "Todos os seres humanos nascem livres e iguais em dignidade e em direitos."},
      {"nl", "Alle mensen worden vrij en gelijk in waardigheid en rechten geboren."},
      {"da", "Alle mennesker er født frie og lige i værdighed og rettigheder."},
      {"sv", "Alla människor äro födda fria och lika i värde och rättigheter."},
      {"no", "Alle mennesker er født frie og med samme menneskeverd og menneskerettigheter."},
      {"fi", "Kaikki ihmiset syntyvät vapaina ja tasavertaisina arvoltaan ja oikeuksiltaan."},
      {"is", "Hver maður er borinn frjáls og jafn öðrum að virðingu og réttindum."},
      {"pl", "Wszyscy ludzie rodzą się wolni i równi pod względem swej godności i swych praw."},
      {"cs", "Všichni lidé rodí se svobodní a sobě rovní co do důstojnosti a práv."},
      {"sk", "Všetci ľudia sa rodia slobodní a sebe rovní , čo sa týka ich dostojnosti a práv."},
      {"sl", "Vsi ljudje se rodijo svobodni in imajo enako dostojanstvo in enake pravice."},
      {"sr", "Сва људска бића рађају се слободна и једнака у достојанству и правима."},
      {"bg", "Всички хора се раждат свободни и равни по достойнство и права."},
      {"uk", "Всі люди народжуються вільними і рівними у своїй гідності та правах."},
      {"ru", "Все люди рождаются свободными и равными в своем достоинстве и правах."},
      {"be", "Усе людзі нараджаюцца свабоднымі і роўнымі ў сваёй годнасці і правах."},
      {"mk", "Сите човечки суштества се раѓаат слободни и еднакви по достоинство и права."},
      {"lt", "Visi žmonės gimsta laisvi ir lygūs savo orumu ir teisėmis."},
      {"et", "Kõik inimesed sünnivad vabadena ja võrdsetena oma väärikuselt ja õigustelt."},
      {"ro", "Toate ființele umane se nasc libere și egale în demnitate și în drepturi."},
      {"el", "Όλοι οι άνθρωποι γεννιούνται ελεύθεροι και ίσοι στην αξιοπρέπεια και τα δικαιώματα."},
      {"tr", "Bütün insanlar hür, haysiyet ve haklar bakımından eşit doğarlar."},
      {"ar", "يولد جميع الناس أحرارًا متساوين في الكرامة والحقوق."},
      {"he", "כל בני אדם נולדו בני חורין ושווים בערכם ובזכויותיהם."},
      {"fa", "تمام افراد بشر آزاد بدنیا میایند و از لحاظ حیثیت و حقوق با هم برابرند."},
      {"hi", "सभी मनुष्यों को गौरव और अधिकारों के मामले में जन्मजात स्वतन्त्रता और समानता प्राप्त है ।"},
      {"bn", "সমস্ত মানুষ স্বাধীনভাবে সমান মর্যাদা এবং অধিকার নিয়ে জন্মগ্রহণ করে।"},
      {"ta", "மனிதப் பிறிவியினர் சகலரும் சுதந்திரமாகவே பிறக்கின்றனர்;"},
      {"te", "ప్రతిపత్తిస్వత్వముల విషయమున మానవులెల్లరును జన్మతః స్వతంత్రులును సమానులును నగుదురు."},
      {"kn", "ಎಲ್ಲಾ ಮಾನವರೂ ಸ್ವತಂತ್ರರಾಗಿಯೇ ಜನಿಸಿದ್ದಾರೆ."},
      {"ml",
       "മനുഷ്യരെല്ലാവരും തുല്യാവകാശങ്ങളോടും അന്തസ്സോടും സ്വാതന്ത്ര്യത്തോടുംകൂടി "
       "ജനിച്ചിട്ടുള്ളവരാണ്‌."},
      {"gu", "પ્રતિષ્ઠા અને અધિકારોની દૃષ્ટિએ સર્વ માનવો જન્મથી સ્વતંત્ર અને સમાન હોય છે."},
      {"mr", "सर्व मानवी व्यक्ति जन्मतःच स्वतंत्र आहेत व त्यांना समान प्रतिष्ठा व समान अधिकार आहेत."},
      {"pa", "ਸਾਰਾ ਮਨੁੱਖੀ ਪਰਿਵਾਰ ਆਪਣੀ ਮਹਿਮਾ, ਸ਼ਾਨ ਅਤੇ ਹੱਕਾਂ ਦੇ ਪੱਖੋਂ ਜਨਮ ਤੋਂ ਹੀ ਆਜ਼ਾਦ ਹੈ ਅਤੇ ਸੁਤੇ ਸਿੱਧ ਸਾਰੇ ਲੋਕ ਬਰਾਬਰ ਹਨ ।"},
      {"vi", "Tất cả mọi người sinh ra đều được tự do và bình đẳng về nhân phẩm và quyền."},
      {"ja", "すべての人間は、生まれながらにして自由であり、かつ、尊厳と権利とについて平等である。"},
      {"ko", "모든 인간은 태어날 때부터 자유로우며 그 존엄과 권리에 있어 동등하다."},
      {"zh", "人人生而自由,在尊严和权利上一律平等。"},
      {"zh-Hant", "人人生而自由，在尊嚴和權利上一律平等。"},
      {"ca", "Tots els éssers humans neixen lliures i iguals en dignitat i en drets."},
      {"eu", "Gizon-emakume guztiak aske jaiotzen dira, duintasun eta eskubide berberak dituztela;"},
      {"cy", "Genir pawb yn rhydd ac yn gydradd â’i gilydd mewn urddas a hawliau."},
      {"ga", "Saoláitear na daoine uile saor agus comhionann ina ndínit agus ina gcearta."},
      {"sw", "Watu wote wamezaliwa huru, hadhi na haki zao ni sawa."},
      {"af", "Alle menslike wesens word vry, met gelyke waardigheid en regte, gebore."},
      {"sq", "Të gjithë njerëzit lindin të lirë dhe të barabartë në dinjitet dhe në të drejta."},
      {"ka", "ყოველი ადამიანი იბადება თავისუფალი და თანასწორი თავისი ღირსებითა და უფლებებით."},
      {"mt", "Il-bnedmin kollha jitwieldu ħielsa u ugwali fid-dinjità u d-drittijiet."},
      {"tl", "Ang lahat ng tao'y isinilang na malaya at pantay-pantay sa karangalan at mga karapatan."},
  };
  return kSentences;
}

TEST(Language, tells_the_languages_of_one_sentence) {
  for (const auto& [code, sentence] : sentences()) {
    SCOPED_TRACE(code + ": " + sentence);
    EXPECT_TRUE(passes(run("language: {value: " + code + "}", {.answer = sentence})));
    const std::string other = code == "en" ? "fr" : "en";
    const Score wrong = run("language: " + other, {.answer = sentence});
    EXPECT_EQ(value_of(wrong), 0);
    EXPECT_NE(wrong.why.find("(" + code + ")"), std::string::npos) << wrong.why;
  }
}

TEST(Language, takes_a_list_other_names_and_templates) {
  const Sample norwegian{.answer = "Alle mennesker er født frie og med samme menneskeverd og menneskerettigheter.",
                         .vars = {{"language", "NB"}}};
  EXPECT_TRUE(passes(run("language: [da, no]", norwegian)));
  EXPECT_TRUE(passes(run("language: no", norwegian)));
  EXPECT_TRUE(passes(run("language: '{{language}}'", norwegian)));
  EXPECT_EQ(run("language: [sv, fi]", norwegian).why,
            "expected Swedish (sv) or Finnish (fi), got Norwegian (no): 'Alle mennesker er født frie og med samme "
            "menneskeverd og menneskerettigheter.'");
  EXPECT_EQ(run("not: {language: no}", norwegian).why.substr(0, 54),
            "must not hold: the answer is in Norwegian (no): 'Alle ");
}

TEST(Language, is_unscored_where_it_is_not_sure) {
  for (const std::string answer : {"", "Yes.", "Paris", "42", "x = y + 3", "はい", "aaaaaaaaaaaaaaaaaaaaaaaa", "…!?"}) {
    const Score score = run("language: en", {.answer = answer});
    EXPECT_TRUE(std::holds_alternative<Unscored>(score.state)) << answer;
    EXPECT_FALSE(score.why.empty());
  }
}

TEST(Language, looks_at_the_prose_beside_code_fences) {
  const std::string answer =
      "Hier ist die Abfrage, die du brauchst:\n```sql\nSELECT name FROM the_users WHERE this IS the answer AND that IS "
      "NOT the question AND nothing else matters;\n```\n";
  EXPECT_TRUE(passes(run("language: de", {.answer = answer})));
}

TEST(Language, of_the_greater_part_counts) {
  const std::string german = "Alle Menschen sind frei und gleich an Würde und Rechten geboren. ";
  const std::string english = "All human beings are born free and equal in dignity and rights. ";
  EXPECT_TRUE(passes(run("language: de", {.answer = german + german + german + english})));
  EXPECT_TRUE(passes(run("language: en", {.answer = english + german + english + english})));
}

TEST(Language, refuses_codes_that_it_cannot_tell) {
  const std::vector<std::pair<std::string, std::string>> bad{
      {"language: german", "'german' is no language that can be told; help: write its ISO 639-1 code: `language: de`"},
      {"language: tlh", "'tlh' is no language"},
      {"language: []", "is an empty list"},
      {"language: ''", "'' is no language"},
      {"language: {code: de}", "needs the key 'value'"},
  };
  for (const auto& [check, message] : bad) {
    SCOPED_TRACE(check);
    const auto compiled = compile_yaml(check);
    EXPECT_EQ(compiled.check, nullptr);
    EXPECT_NE(compiled.error().find(message), std::string::npos) << compiled.error();
  }
  EXPECT_NE(verify("language: '{{l}}'", {{"l", "xx"}}).find("case 'fr': "), std::string::npos);
}

TEST(Language, codes_are_ordered_and_found) {
  std::set<std::string> codes;
  for (const auto& language : languages()) {
    EXPECT_TRUE(codes.insert(std::string(language.code)).second);
    EXPECT_EQ(find_language(language.code), &language);
  }
  EXPECT_EQ(codes.size(), 84u);
  EXPECT_EQ(find_language("ZH-TW"), find_language("zh-Hant"));
  EXPECT_EQ(find_language("iw"), find_language("he"));
}

}  // namespace
}  // namespace assay::judges
