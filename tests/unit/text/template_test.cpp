#include <assay/text/template.hpp>
#include <assay/text/utf8.hpp>

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace assay::text {
namespace {

const Json& vars() {
  static const Json value = Json::parse(R"({
    "country": "France", "version": "1.10", "answer": "NO", "n": 3, "half": 0.5, "yes": true, "no": false, "none": null,
    "user": {"name": "Ana", "langs": ["fr", "de"], "row": "own"}, "docs": ["d1", "d2"], "empty": [], "blank": "",
    "people": [{"name": "Bo", "tags": ["x", "y"]}, {"name": "Cy", "tags": [], "row": 9}],
    "a.b": "dotted", "a": {"b": "walked"}, "Question text": "why", "nested": "{{country}}", "map": {"k": [1, "1"]}})");
  return value;
}

Result<std::string> rendered(std::string_view source, const Json& values = vars()) {
  const auto made = Template::parse(source);
  if (!made) return made.error();
  return made->render(Scope{values, "fr", 7});
}

TEST(Template, renders_values_as_written) {
  struct Row {
    std::string_view source;
    std::string_view text;
  };
  const std::vector<Row> rows{
      {"", ""},
      {"no variables, } { }} ok", "no variables, } { }} ok"},
      {"capital of {{country}}?", "capital of France?"},
      {"{{ country }}{{country}}", "FranceFrance"},
      {"{{version}} {{answer}} {{n}} {{half}} {{yes}} [{{none}}]", "1.10 NO 3 0.5 true []"},
      {"{{user.name}} {{user.langs.1}} {{docs.0}}", "Ana de d1"},
      {"{{a.b}}", "dotted"},
      {"{{Question text}}", "why"},
      {"{{id}}/{{row}}", "fr/7"},
      {"{{docs}} {{map}}", R"(["d1","d2"] {"k":[1,"1"]})"},
      {"{{nested}}", "{{country}}"},
      {"\\{{country}} {{country}}", "{{country}} France"},
      {"json {\"a\": {\"b\": 1}}", "json {\"a\": {\"b\": 1}}"},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.source);
    const auto text = rendered(row.source);
    ASSERT_TRUE(text) << to_string(text.error());
    EXPECT_EQ(*text, row.text);
  }
}

TEST(Template, repeats_sections_over_lists) {
  struct Row {
    std::string_view source;
    std::string_view text;
  };
  const std::vector<Row> rows{
      {"{{#docs}}[{{row}}] {{.}};{{/docs}}", "[1] d1;[2] d2;"},
      {"{{# docs }}{{.}}{{/ docs }}", "d1d2"},
      {"{{#people}}{{name}}={{row}} {{/people}}", "Bo=1 Cy=9 "},
      {"{{#people}}{{name}}:{{#tags}}{{row}}{{.}}{{name}}{{/tags}};{{/people}}", "Bo:1xBo2yBo;Cy:;"},
      {"{{#people}}{{country}} {{/people}}", "France France "},
      {"{{#empty}}x{{/empty}}{{#none}}x{{/none}}{{#blank}}x{{/blank}}{{#no}}x{{/no}}-", "-"},
      {"{{#user}}{{name}} {{row}} {{id}}{{/user}}", "Ana own fr"},
      {"{{#a}}{{b}} {{row}}{{/a}}", "walked 7"},
      {"{{#country}}in {{.}}{{/country}}", "in France"},
      {"{{#yes}}on{{/yes}}", "on"},
      {"{{#user.langs}}<{{.}}>{{/user.langs}}", "<fr><de>"},
      {"Docs:\n{{#docs}}\n- {{.}}\n{{/docs}}\nend", "Docs:\n- d1\n- d2\nend"},
      {"  {{#docs}}  \r\n{{.}}\r\n  {{/docs}}", "d1\r\nd2\r\n"},
      {"{{#docs}}\n{{.}}{{/docs}}", "d1d2"},
      {"{{#id}}{{row}}{{.}}{{/id}}", "7fr"},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.source);
    const auto text = rendered(row.source);
    ASSERT_TRUE(text) << to_string(text.error());
    EXPECT_EQ(*text, row.text);
  }
}

TEST(Template, lets_a_variable_hide_the_built_in_one) {
  EXPECT_EQ(*rendered("{{id}} {{row}}", Json{{"id", "mine"}, {"row", 42}}), "mine 42");
}

TEST(Template, names_case_and_variable_that_is_missing) {
  struct Row {
    std::string_view source;
    std::string_view message;
    std::string_view hint;
  };
  const std::vector<Row> rows{
      {"{{contry}}", "case 'fr': no variable 'contry'", "did you mean 'country'? variables: "},
      {"{{user.nam}}", "case 'fr': no variable 'user.nam'", "did you mean 'user.name'? it has: user.langs, user.name"},
      {"{{docs.2}}", "case 'fr': no variable 'docs.2'", "'docs' is a list: its items are 0 to 1"},
      {"{{country.x}}", "case 'fr': no variable 'country.x'", "'country' is '\"France\"'"},
      {"{{#people}}{{nmae}}{{/people}}", "case 'fr': no variable 'nmae'", "did you mean 'name'?"},
      {"{{#lst}}x{{/lst}}", "case 'fr': no variable 'lst'", "variables: "},
      {"{{.}}", "case 'fr': '{{.}}' stands in no section", "{{#list}}{{.}}{{/list}}"},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.source);
    const auto text = rendered(row.source);
    ASSERT_FALSE(text);
    EXPECT_EQ(text.error().kind, ErrorKind::invalid);
    EXPECT_EQ(text.error().message, row.message);
    EXPECT_NE(text.error().hint.find(row.hint), std::string::npos) << text.error().hint;
  }
}

TEST(Template, names_the_row_while_the_case_has_no_id_yet) {
  const Json none = Json::object();
  const auto made = Template::parse("{{ticket}}");
  ASSERT_TRUE(made);
  const auto text = made->render(Scope{none, "", 12});
  ASSERT_FALSE(text);
  EXPECT_EQ(text.error().message, "row 12: no variable 'ticket'");
  EXPECT_EQ(text.error().hint, "the case has no variables");
  EXPECT_FALSE(Template::parse("{{id}}")->render(Scope{none, "", 12}));
}

TEST(Template, refuses_what_is_not_well_formed) {
  struct Row {
    std::string_view source;
    int column;
    std::string_view message;
  };
  const std::vector<Row> rows{
      {"é {{open", 3, "a '{{' is never closed: '{{open'"},
      {"{{a}} {{b\n}}", 7, "a '{{' is never closed: '{{b⏎}}'"},
      {"{{a {{b}}", 1, "a '{{' is never closed: '{{a {{b}}'"},
      {"{{}}", 1, "not the name of a variable: '{{}}'"},
      {"{{ }}", 1, "not the name of a variable: '{{ }}'"},
      {"{{a..b}}", 1, "not the name of a variable: '{{a..b}}'"},
      {"{{.a}}", 1, "not the name of a variable: '{{.a}}'"},
      {"{{#}}x{{/}}", 1, "not the name of a variable: '{{#}}x{{/}}'"},
      {"{{{a}}}", 1, "'{{{' is not read"},
      {"{{^a}}x{{/a}}", 1, "'{{^a}}x{{/a}}' is not read"},
      {"{{! note }}", 1, "'{{! note }}' is not read"},
      {"{{#a}}x", 1, "the section 'a' is never closed"},
      {"x{{/a}}", 2, "'{{/a}}' closes no section"},
      {"{{#a}}{{#b}}{{/a}}{{/b}}", 13, "the section 'b' is closed by 'a'"},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.source);
    const auto made = Template::parse(row.source);
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().kind, ErrorKind::invalid);
    EXPECT_EQ(made.error().message, row.message);
    EXPECT_EQ(made.error().at.column, row.column);
    EXPECT_FALSE(made.error().hint.empty());
  }
}

TEST(Template, keeps_the_type_of_a_single_variable) {
  const auto value = [](std::string_view source) { return *Template::parse(source)->value(Scope{vars(), "fr", 7}); };
  EXPECT_EQ(value("{{docs}}"), Json({"d1", "d2"}));
  EXPECT_EQ(value("{{n}}"), Json(3));
  EXPECT_EQ(value("{{none}}"), Json(nullptr));
  EXPECT_EQ(value("{{ user }}").at("name"), "Ana");
  EXPECT_EQ(value("{{row}}"), Json(7));
  EXPECT_EQ(value("{{id}}"), Json("fr"));
  EXPECT_EQ(value("{{n}} "), Json("3 "));
  EXPECT_EQ(value("plain"), Json("plain"));
  EXPECT_FALSE(Template::parse("{{nope}}")->value(Scope{vars(), "fr", 7}));
}

TEST(Template, knows_what_it_names) {
  const auto made = Template::parse("{{user.name}} {{#docs}}{{.}}{{row}}{{title}}{{/docs}} {{id}} {{user.age}}");
  ASSERT_TRUE(made);
  EXPECT_EQ(made->variables(), (std::vector<std::string>{"user", "docs", "title"}));
  EXPECT_FALSE(made->constant());
  EXPECT_TRUE(Template().constant());
  EXPECT_TRUE(Template::parse("just } text")->constant());
  EXPECT_FALSE(Template::parse("\\{{x")->constant()) << "it renders something else than its source";
  EXPECT_EQ(*Template().render(Scope{vars(), "fr", 7}), "");
}

TEST(Template, bounds_sections_that_multiply) {
  Json list = Json::array();
  for (int i = 0; i < 1000; ++i) list.push_back("0123456789");
  const Json values{{"a", list}, {"big", std::string(1 << 20, 'x')}};
  for (const auto* source : {"{{#a}}{{#a}}{{#a}}{{.}}{{/a}}{{/a}}{{/a}}",
                             "{{#a}}{{#a}}{{#a}}{{#a}}{{/a}}{{/a}}{{/a}}{{/a}}", "{{#a}}{{big}}{{/a}}"}) {
    const auto text = rendered(source, values);
    ASSERT_FALSE(text);
    EXPECT_EQ(text.error().message, "case 'fr': the text grows beyond 16777216 bytes");
  }
  std::string deep;
  for (int i = 0; i < 100'000; ++i) deep += "{{#a}}";
  const auto made = Template::parse(deep);
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().message, "sections are nested more than 32 deep");
}

TEST(Template, places_errors_at_the_node) {
  const auto node = parse_yaml("a: '{{x'\nb: [1]\nc:\n", "s.yaml");
  ASSERT_TRUE(node);
  EXPECT_EQ(Template::parse(*node->find("a")).error().at, (Place{"s.yaml", 1, 4}));
  EXPECT_EQ(Template::parse(*node->find("b")).error().message, "a template must be text, found a list");
  EXPECT_TRUE(Template::parse(*node->find("c"))->constant());
}

}  // namespace
}  // namespace assay::text
