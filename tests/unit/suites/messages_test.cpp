#include "tests/unit/suites/support.hpp"

namespace assay::suites {
namespace {

std::vector<MessageTemplate> load_good_messages(const std::filesystem::path& file) {
  Diagnostics diagnostics;
  auto messages = load_messages(file, diagnostics);
  EXPECT_TRUE(diagnostics.ok()) << testing::all_errors(diagnostics);
  return messages;
}

std::string shown(const std::vector<Message>& messages) {
  std::string text;
  for (const auto& message : messages) text += std::string(name(message.author)) + "=" + text_of(message) + "|";
  return text;
}

TEST(Messages, are_read_from_yaml_and_text) {
  const test::TempDir folder;
  const Json vars{{"q", "why"}};
  const Scope scope{vars, "a", 1};
  const auto list =
      load_good_messages(folder.write("a.yaml", "- system: be brief\n- {role: user, content: \"{{q}}?\"}\n"));
  EXPECT_EQ(shown(render_messages(list, scope).value()), "system=be brief|user=why?|");
  const auto mapping =
      load_good_messages(folder.write("b.yml", "version: 1\nmessages: [{developer: x}, {assistant: y}]\n"));
  EXPECT_EQ(shown(render_messages(mapping, scope).value()), "developer=x|assistant=y|");
  const auto text = load_good_messages(folder.write("c.txt", "\xEF\xBB\xBFsay {{q}}\r\ntwice\r\n"));
  EXPECT_EQ(shown(render_messages(text, scope).value()), "user=say why\ntwice|");
}

TEST(Messages, faults_of_a_prompt_file_have_a_place_and_a_fix) {
  const test::TempDir folder;
  struct Row {
    std::filesystem::path file;
    std::string message;
  };
  for (const auto& row : {
           Row{folder / "none.txt", "none.txt"},
           Row{folder.write("empty.txt", "\n"), "no text"},
           Row{folder.write("latin1.txt", "caf\xE9"), "UTF-8"},
           Row{folder.write("open.txt", "one\n{{two"), "{{"},
           Row{folder.write("a.md", "x"), ".md"},
           Row{folder.write("key.yaml", "mesages: []\n"), "did you mean 'messages'"},
       }) {
    SCOPED_TRACE(row.file);
    Diagnostics diagnostics;
    EXPECT_TRUE(load_messages(row.file, diagnostics).empty());
    ASSERT_FALSE(diagnostics.ok());
    EXPECT_NE(testing::all_errors(diagnostics).find(row.message), std::string::npos)
        << testing::all_errors(diagnostics);
    EXPECT_EQ(diagnostics.errors()[0].at.file, row.file.string());
    EXPECT_FALSE(diagnostics.errors()[0].hint.empty());
  }
}

TEST(Messages, a_splice_inserts_the_cases_own_messages_literally) {
  const test::TempDir folder;
  const auto templates =
      load_good_messages(folder.write("a.yaml", "- system: x\n- splice: \"{{ chat.history }}\"\n- user: \"{{q}}\"\n"));
  const auto vars = Json::parse(
      R"({"q": "now", "chat": {"history": [{"role": "user", "content": "{{q}}"}, {"role": "assistant", "content": "ok"}]}})");
  EXPECT_EQ(shown(render_messages(templates, Scope{vars, "a", 1}).value()),
            "system=x|user={{q}}|assistant=ok|user=now|");
  const auto none = Json::parse(R"({"q": "now", "chat": {"history": []}})");
  EXPECT_EQ(shown(render_messages(templates, Scope{none, "a", 1}).value()), "system=x|user=now|");
}

TEST(Messages, rendering_faults_name_case_variable_and_place) {
  const test::TempDir folder;
  const auto file = folder.write("a.yaml", "- splice: \"{{history}}\"\n- user: \"{{question}}\"\n");
  const auto templates = load_good_messages(file);
  struct Row {
    std::string vars;
    int line;
    std::string message;
  };
  for (const auto& row : {
           Row{R"({"history": [], "questoin": "x"})", 2, "question"},
           Row{R"({"question": "x"})", 1, "history"},
           Row{R"({"question": "x", "history": "[]"})", 1, "is not a list of messages"},
           Row{R"({"question": "x", "history": [{"role": "user", "content": "x"}, {"role": "tool", "content": "x"}]})",
               1, "message 2"},
           Row{R"({"question": "x", "history": [{"role": "user"}]})", 1, "message 1"},
       }) {
    SCOPED_TRACE(row.vars);
    const auto vars = Json::parse(row.vars);
    const auto messages = render_messages(templates, Scope{vars, "case-9", 1});
    ASSERT_FALSE(messages);
    EXPECT_EQ(messages.error().at.line, row.line);
    EXPECT_EQ(messages.error().at.file, file.string());
    EXPECT_NE(messages.error().message.find("case-9"), std::string::npos) << messages.error().message;
    EXPECT_NE(messages.error().message.find(row.message), std::string::npos) << messages.error().message;
    EXPECT_FALSE(messages.error().hint.empty());
  }
}

TEST(Messages, a_fault_within_a_template_is_shown_where_it_stands) {
  const test::TempDir folder;
  struct Row {
    const char* yaml;
    int line;
    int column;
  };
  for (const auto& row : {
           Row{"- user: \"What é {{is this?\"\n", 1, 17},
           Row{"- user: plain {{x\n", 1, 15},
           Row{"- user: |\n    one\n\n    two {{x\n", 4, 9},
           Row{"- user: |\n\n    one {{x\n", 3, 9},
           Row{"- user: \"a \\\" {{x\"\n", 1, 9},
       }) {
    SCOPED_TRACE(row.yaml);
    Diagnostics diagnostics;
    EXPECT_TRUE(load_messages(folder.write("a.yaml", row.yaml), diagnostics).empty());
    ASSERT_EQ(diagnostics.error_count(), 1u) << testing::all_errors(diagnostics);
    EXPECT_EQ(diagnostics.errors()[0].at, (Place{(folder / "a.yaml").string(), row.line, row.column}));
  }
}

TEST(Messages, the_digest_sees_what_was_written) {
  const test::TempDir folder;
  const auto templates = load_good_messages(
      folder.write("a.yaml", "- system: x\n- splice: \"{{h}}\"\n- {role: user, content: \"{{q}}\"}\n"));
  EXPECT_EQ(dump_json(messages_json(templates)),
            R"([{"content":"x","role":"system"},{"splice":"{{h}}"},{"content":"{{q}}","role":"user"}])");
}

}  // namespace
}  // namespace assay::suites
