/// docs/checks.md holds every check: a row of the first table, a heading that the row leads to (in this page or one
/// beside it, `rag.md#faithfulness`), and a row of the comparison.

#include "tests/unit/judges/support.hpp"

#include <fstream>
#include <set>
#include <sstream>

namespace assay::judges {
namespace {

/// What a reader looks for in the page.
struct Page {
  std::map<std::string, std::string> links;  ///< from the first table: a check's name to where it leads
  std::map<std::string, int> compared;       ///< a name in the comparison to the number of its columns
};

// As Markdown viewers make them: `exact_match, token_f1` becomes `exact_match-token_f1`.
std::string anchor_of(const std::string& heading) {
  std::string anchor;
  for (const char c : heading) {
    if (c == ' ') anchor += '-';
    if (std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '-') anchor += c;
  }
  return anchor;
}

/// The headings of a page that hold a name, as `checks.md#exact_match-token_f1`.
std::set<std::string> heads_of(const std::string& file, const std::string& name) {
  std::ifstream in(ASSAY_SOURCE_DIR "/docs/" + file);
  std::set<std::string> heads;
  for (std::string line; std::getline(in, line);) {
    if (!line.starts_with("##")) continue;
    const auto heading = line.substr(line.find(' ') + 1);
    std::stringstream words(heading);
    for (std::string word; words >> word;) {
      std::erase_if(word, [](char c) { return c == ',' || c == '`'; });
      if (word == name) heads.insert(file + "#" + anchor_of(heading));
    }
  }
  return heads;
}

void read_links(const std::string& line, Page& page) {
  for (std::size_t at = line.find("[`"); at != std::string::npos; at = line.find("[`", at + 1)) {
    const auto open = line.find("](", at);
    const auto close = line.find(')', open);
    if (close == std::string::npos) return;
    const auto target = line.substr(open + 2, close - open - 2);
    std::stringstream names(line.substr(at + 1, open - at - 1));
    for (std::string name; std::getline(names, name, ',');) {
      const auto first = name.find('`') + 1;
      page.links[name.substr(first, name.rfind('`') - first)] = target.starts_with('#') ? "checks.md" + target : target;
    }
  }
}

Page read_page() {
  std::ifstream in(ASSAY_SOURCE_DIR "/docs/checks.md");
  Page page;
  std::string section;
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("## ")) section = line.substr(3);
    if (section.empty() && line.starts_with("| [`")) read_links(line, page);
    if (section == "The same elsewhere" && line.starts_with("| `")) {
      page.compared[line.substr(3, line.find('`', 3) - 3)] = static_cast<int>(std::ranges::count(line, '|')) - 1;
    }
  }
  return page;
}

TEST(Docs, hold_every_check) {
  const Page page = read_page();
  std::set<std::string> names;
  for (const auto& kind : check_table()) {
    const std::string name(kind.name);
    names.insert(name);
    const auto link = page.links.find(name);
    EXPECT_NE(link, page.links.end()) << "the first table of docs/checks.md has no " << name;
    if (link != page.links.end()) {
      const auto file = link->second.substr(0, link->second.find('#'));
      EXPECT_TRUE(heads_of(file, name).contains(link->second)) << link->second << " is no heading that names " << name;
    }
    const auto compared = page.compared.find(name);
    EXPECT_NE(compared, page.compared.end()) << "the comparison in docs/checks.md has no " << name;
    if (compared != page.compared.end()) {
      EXPECT_EQ(compared->second, 5) << name;
    }
  }
  for (const auto& [name, columns] : page.compared) EXPECT_TRUE(names.contains(name)) << name << " is no check";
  for (const auto& [name, anchor] : page.links) EXPECT_TRUE(names.contains(name)) << name << " is no check";
}

}  // namespace
}  // namespace assay::judges
