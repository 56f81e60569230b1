#include "judges/heuristic/xml_scan.hpp"
#include "tests/unit/judges/support.hpp"

namespace assay::judges {
namespace {

struct Row {
  std::string check;
  std::string answer;
  bool pass;
};

void expect(const std::vector<Row>& rows) {
  for (const auto& row : rows) {
    SCOPED_TRACE(row.check + " on '" + row.answer + "'");
    const Score score = run(row.check, {.answer = row.answer});
    EXPECT_EQ(passes(score), row.pass) << score.why;
    EXPECT_EQ(score.why.empty(), row.pass);
  }
}

TEST(CodeFence, is_closed_and_of_the_language) {
  expect({
      {"code_fence:", "```\nx\n```", true},
      {"code_fence:", "Sure:\n\n```python\nx\n```\nDone.", true},
      {"code_fence:", "````\n```\n````", true},
      {"code_fence:", "no fence, `inline` only", false},
      {"code_fence:", "```python\nx", false},
      {"code_fence:", "```\na\n```\n```\nb", false},
      {"code_fence:", "~~~\nx\n~~~", false},
      {"code_fence:", "```a```", false},
      {"code_fence: python", "```Python\nx\n```", true},
      {"code_fence: python", "```python title=\"a\"\nx\n```", true},
      {"code_fence: python", "```py\nx\n```", false},
      {"code_fence: python", "```\nx\n```\n```python\ny\n```", true},
      {"code_fence: {language: python, only: true}", " \n```python\nx\n```\n", true},
      {"code_fence: {only: true}", "Sure:\n```\nx\n```", false},
      {"code_fence:", "", false},
  });
  EXPECT_EQ(run("code_fence: python", {.answer = "```js\n1\n```"}).why,
            "expected a code fence marked 'python', got '```js⏎1⏎```'");
  EXPECT_EQ(run("code_fence: {only: true}", {.answer = "Here:\n```\n1\n```"}).why,
            "expected a code fence and nothing else, got 'Here:' beside it");
}

// As expat 2.5.0 decides, but for document types, other encodings and odd version numbers, which are refused here.
TEST(Xml, is_well_formed_or_not) {
  expect({
      {"xml:", "<a/>", true},
      {"xml:", " \n<a><b c='1' d=\"&lt;\">text &amp; more</b></a>\n", true},
      {"xml:", "<?xml version=\"1.0\" encoding='UTF-8' standalone=\"yes\" ?><a></a >", true},
      {"xml:", "<!-- c --><?pi data?><a><![CDATA[<x>&]]></a><!-- d -->", true},
      {"xml:", "<ä:ö é='&#x41;&#9;'/>", true},
      {"xml:", "<a>]]</a>", true},
      {"xml:", "", false},
      {"xml:", "text", false},
      {"xml:", "<a>", false},
      {"xml:", "<a></b>", false},
      {"xml:", "<a><b></a></b>", false},
      {"xml:", "<a/><b/>", false},
      {"xml:", "<a/>text", false},
      {"xml:", "text<a/>", false},
      {"xml:", "</a>", false},
      {"xml:", "<a b/>", false},
      {"xml:", "<a b=1/>", false},
      {"xml:", "<a b='1'c='2'/>", false},
      {"xml:", "<a b='1' b='2'/>", false},
      {"xml:", "<a b='<'/>", false},
      {"xml:", "<a>&nbsp;</a>", false},
      {"xml:", "<a>fish & chips</a>", false},
      {"xml:", "<a>&#0;</a>", false},
      {"xml:", "<a>&#xD800;</a>", false},
      {"xml:", "<a>&#99999999999;</a>", false},
      {"xml:", "<a>]]></a>", false},
      {"xml:", "<a><!-- -- --></a>", false},
      {"xml:", "<a><!--</a>", false},
      {"xml:", "<a/><?xml version='1.0'?>", false},
      {"xml:", "<?xml encoding='UTF-8'?><a/>", false},
      {"xml:", "<?xml version='1.0' encoding='latin1'?><a/>", false},
      {"xml:", "<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>", false},
      {"xml:", "< a/>", false},
      {"xml:", "<1/>", false},
      {"xml:", "<![CDATA[x]]><a/>", false},
      {"xml:", std::string("<a>\0</a>", 8), false},
      {"xml:", "<a>\xff</a>", false},
      {"xml:", "```xml\n<a/>\n```", false},
      {"xml: {extract: fence}", "Here:\n```xml\n<?xml version=\"1.0\"?>\n<a/>\n```", true},
      {"xml: {extract: fence}", "<a/>", false},
  });
  std::string deep;
  for (int i = 0; i < 200'000; ++i) deep += "<a>";
  EXPECT_EQ(find_xml_fault(deep)->message, "<a> is not closed");
  for (int i = 0; i < 200'000; ++i) deep += "</a>";
  EXPECT_FALSE(find_xml_fault(deep));
}

TEST(Xml, says_what_is_wrong_and_where) {
  EXPECT_EQ(run("xml:", {.answer = "<a>\n <b></c>\n</a>"}).why,
            "the answer is no XML: </c> where </b> is due at line 2, column 5: '<a>⏎ <b></c>⏎</a>'");
  EXPECT_EQ(run("xml:", {.answer = "```\n<a/>\n```"}).why,
            "the answer is no XML: text outside the root element at line 1, column 1: '```⏎<a/>⏎```'; its only code "
            "fence is: write `extract: fence` to read that");
  EXPECT_EQ(run("not: {xml: {}}", {.answer = "<a/>"}).why, "must not hold: the answer is XML: '<a/>'");
}

TEST(Yaml, is_a_mapping_or_a_list) {
  expect({
      {"yaml:", "a: 1\nb: [x, y]\n", true},
      {"yaml:", "- 1\n- 2", true},
      {"yaml:", "{\"a\": 1}", true},
      {"yaml:", "just words", false},
      {"yaml:", "", false},
      {"yaml:", "a: [1", false},
      {"yaml:", "a: 1\na: 2", false},
      {"yaml:", "a: !!python/object:os.system x", false},
      {"yaml:", "a: 1\n---\nb: 2", false},
      {"yaml:", "```yaml\na: 1\n```", false},
      {"yaml: {extract: fence}", "Here:\n```yaml\na: 1\n```", true},
      {"yaml: {extract: fence}", "a: 1", false},
  });
  EXPECT_EQ(run("yaml:", {.answer = "just words"}).why,
            "the answer is YAML for a single text, not a mapping or a list: 'just words'");
  EXPECT_TRUE(std::holds_alternative<Unscored>(run("yaml:", {.answer = "a: " + std::string(1u << 20, 'x')}).state));
}

}  // namespace
}  // namespace assay::judges
