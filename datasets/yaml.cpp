#include "datasets/cursors.hpp"

#include <assay/text/node.hpp>

namespace assay::datasets {

namespace {

constexpr const char* kHint = "write a list of mappings: - {id: fr, country: France}";

class YamlCursor final : public Cursor {
 public:
  YamlCursor(std::vector<text::Node> items, const DigestBytes& digest) : items_(std::move(items)), digest_(digest) {}

  Result<std::optional<Record>> next() override {
    if (row_ >= items_.size()) return std::optional<Record>{};
    const text::Node item = std::move(items_[row_++]);
    if (!item.is_map()) {
      return Error{ErrorKind::invalid, "the record is not a mapping", kHint, item.place()};
    }
    return std::optional(Record{.fields = text::to_json(item), .row = row_, .at = item.place()});
  }

  DigestBytes digest() override { return digest_; }

 private:
  std::vector<text::Node> items_;
  DigestBytes digest_;
  std::uint64_t row_ = 0;
};

}  // namespace

Result<std::unique_ptr<Cursor>> make_yaml(Source source) {
  const text::Limits limits;
  for (;;) {
    const auto more = source.fill();
    if (!more) return more.error();
    if (!*more || source.window().size() > limits.bytes) break;
  }
  auto root = text::parse_yaml(source.window(), source.name(), limits);
  if (!root) return root.error();
  if (!root->is_seq() && !root->is_null()) {
    return Error{ErrorKind::invalid, "the data set is not a list", kHint, root->place()};
  }
  return std::unique_ptr<Cursor>(std::make_unique<YamlCursor>(std::move(root->items), source.digest()));
}

}  // namespace assay::datasets
