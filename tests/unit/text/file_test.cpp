#include <assay/text/file.hpp>
#include <assay/text/node.hpp>

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

namespace assay::text {
namespace {

class Files : public testing::Test {
 protected:
  Files() {
    std::string pattern = (std::filesystem::temp_directory_path() / "assay-text-XXXXXX").string();
    folder_ = mkdtemp(pattern.data());
  }
  ~Files() override { std::filesystem::remove_all(folder_); }

  std::filesystem::path write(const std::string& name, std::string_view bytes) const {
    std::ofstream(folder_ / name, std::ios::binary) << bytes;
    return folder_ / name;
  }

  std::filesystem::path folder_;
};

TEST_F(Files, are_read_whole_and_without_a_byte_order_mark) {
  const auto path = write("a.txt", "\xEF\xBB\xBFhé\r\n");
  EXPECT_EQ(*read_text(path), "hé\r\n");
  EXPECT_EQ(*read_bytes(path), "\xEF\xBB\xBFhé\r\n");
}

TEST_F(Files, that_cannot_be_read_are_errors_with_the_path) {
  const auto missing = read_text(folder_ / "missing.txt");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().kind, ErrorKind::invalid);
  EXPECT_EQ(missing.error().at.file, (folder_ / "missing.txt").string());
  EXPECT_NE(missing.error().message.find("No such file or directory"), std::string::npos);
  EXPECT_NE(read_text(folder_).error().message.find("it is a folder"), std::string::npos);
  EXPECT_EQ(read_bytes(write("long", "123456"), 5).error().message, "the file is longer than 5 bytes");
  EXPECT_TRUE(read_bytes(write("fits", "12345"), 5));
}

TEST_F(Files, in_other_encodings_are_refused_by_name) {
  const auto path = write("latin.txt", "one\ncaf\xE9\n");
  const auto text = read_text(path);
  ASSERT_FALSE(text);
  EXPECT_EQ(text.error().message, "is not UTF-8 (looks like ISO-8859-1)");
  EXPECT_EQ(text.error().at, (Place{path.string(), 2, 4}));
}

TEST_F(Files, hold_yaml) {
  const auto path = write("s.yaml", "a: 1\n");
  const auto node = load_yaml(path);
  ASSERT_TRUE(node);
  EXPECT_EQ(node->find("a")->place(), (Place{path.string(), 1, 4}));
  EXPECT_FALSE(load_yaml(folder_ / "missing.yaml"));
}

}  // namespace
}  // namespace assay::text
