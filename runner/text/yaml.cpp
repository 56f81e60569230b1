#include "runner/text/yaml_advice.hpp"
#include "runner/text/yaml_scan.hpp"

#include <assay/text/node.hpp>
#include <assay/text/utf8.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <sstream>
#include <unordered_map>
#include <unordered_set>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

namespace assay::text {

namespace {

// Leaves yaml-cpp from within a callback.
struct Refusal {
  Error error;
};

// Turns yaml-cpp's marks (0-based, in bytes) into places (1-based, in characters). Marks mostly come in order, so the
// count goes on from the last one: a file that is one long line stays linear.
class Places {
 public:
  Places(std::string_view bytes, std::shared_ptr<const std::string> file) : bytes_(bytes), file_(std::move(file)) {}

  void put(Node& node, const YAML::Mark& mark) {
    node.file = file_;
    node.line = mark.line + 1;
    node.column = column(mark);
  }
  Place at(const YAML::Mark& mark) {
    return mark.is_null() ? Place{*file_} : Place{*file_, mark.line + 1, column(mark)};
  }
  std::string_view from(const YAML::Mark& mark) const { return bytes_.substr(position(mark)); }
  std::string_view line(const YAML::Mark& mark) const {
    const std::string_view rest = bytes_.substr(line_start(mark));
    return rest.substr(0, rest.find_first_of("\r\n"));
  }

 private:
  std::size_t position(const YAML::Mark& mark) const {
    return std::min(static_cast<std::size_t>(std::max(mark.pos, 0)), bytes_.size());
  }
  std::size_t line_start(const YAML::Mark& mark) const {
    const std::size_t at = position(mark);
    return at - std::min(at, static_cast<std::size_t>(std::max(mark.column, 0)));
  }
  int column(const YAML::Mark& mark) {
    const std::size_t at = position(mark);
    const bool onward = mark.line == last_line_ && at >= last_at_;
    const std::size_t from = onward ? last_at_ : line_start(mark);
    last_column_ = (onward ? last_column_ : 1) + static_cast<int>(count_chars(bytes_.substr(from, at - from)));
    last_line_ = mark.line;
    last_at_ = at;
    return last_column_;
  }

  std::string_view bytes_;
  std::shared_ptr<const std::string> file_;
  int last_line_ = -1;
  std::size_t last_at_ = 0;
  int last_column_ = 1;
};

// What a subtree costs when an alias repeats it.
struct Cost {
  std::size_t nodes = 1;
  std::size_t bytes = 0;
  int height = 1;

  void add(const Cost& child) {
    nodes += child.nodes;
    bytes += child.bytes;
    height = std::max(height, child.height + 1);
  }
};

Cost cost_of(const Node& node) {
  Cost cost{.bytes = node.scalar.size()};
  for (const Node& item : node.items) cost.add(cost_of(item));
  for (const auto& [key, value] : node.entries) {
    cost.add(cost_of(key));
    cost.add(cost_of(value));
  }
  return cost;
}

// Builds the node tree from the parser's events and refuses what Assay does not read.
class Builder : public YAML::EventHandler {
 public:
  Builder(Places& places, const Limits& limits) : places_(places), limits_(limits) {}

  Node take() { return std::move(root_); }
  const Place* innermost() const { return stack_.empty() ? nullptr : &stack_.back().at; }
  const Place& last() const { return last_; }
  const std::optional<YAML::Mark>& last_quoted() const { return last_quoted_; }

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (!started_) {
      started_ = true;
    } else if (places_.from(mark).starts_with("---")) {
      refuse(mark, "a second document starts here", "keep one document in a file");
    } else {
      refuse(mark, "this line does not belong to what is above it",
             "check its indentation, and write either a list (`- item`) or a mapping (`key: value`)");
    }
  }
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    if (expects_key()) {
      refuse(mark, "a key is missing before ':'", "write the key; the word null as a key needs quotes");
    }
    Node node;
    places_.put(node, mark);
    // The mark of a value that is not there is that of the next token, lines below.
    if (const Node* key = stack_.empty() ? nullptr : pending_key(stack_.back()); key && key->line < node.line) {
      node.line = key->line;
      node.column = key->column;
    }
    finish(std::move(node), anchor, mark);
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    check_tag(mark, tag);
    Node node;
    node.kind = Node::Kind::scalar;
    node.quoted = tag == "!";
    if (node.quoted) last_quoted_ = mark;
    node.scalar = value;
    places_.put(node, mark);
    finish(std::move(node), anchor, mark);
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const auto found = anchors_.find(anchor);
    if (found == anchors_.end()) {
      refuse(mark, "an alias cannot stand within the value it names", "write the value out");
    }
    const auto& [node, cost] = found->second;
    charge(mark, cost);
    if (static_cast<int>(stack_.size()) + cost.height > limits_.depth) too_deep(mark);
    attach(node, mark);
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value /*style*/) override {
    open(mark, tag, anchor, Node::Kind::sequence);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value /*style*/) override {
    open(mark, tag, anchor, Node::Kind::mapping);
  }
  void OnMapEnd() override { close(); }

 private:
  struct Frame {
    Node node;
    YAML::anchor_t anchor = YAML::NullAnchor;
    YAML::Mark mark;
    Place at;
    std::optional<Node> key;  // of a mapping: read, its value not yet
    std::unordered_set<std::string> keys;
  };

  [[noreturn]] void refuse(const YAML::Mark& mark, std::string message, std::string hint) {
    throw Refusal{{ErrorKind::invalid, std::move(message), std::move(hint), places_.at(mark)}};
  }
  [[noreturn]] void too_deep(const YAML::Mark& mark) {
    refuse(mark, fmt::format("nested more than {} levels deep", limits_.depth), "flatten the value");
  }

  static const Node* pending_key(const Frame& frame) { return frame.key ? &*frame.key : nullptr; }

  bool expects_key() const { return !stack_.empty() && stack_.back().node.is_map() && !stack_.back().key.has_value(); }

  void charge(const YAML::Mark& mark, const Cost& cost) {
    nodes_ += cost.nodes;
    bytes_ += cost.bytes;
    if (nodes_ <= limits_.nodes && bytes_ <= 2 * limits_.bytes) return;
    refuse(mark, fmt::format("the document holds more than {} values", limits_.nodes),
           "split the file; an alias counts for all that it repeats");
  }

  // A plain scalar has the tag `?`, a quoted one `!`, a compact mapping none.
  void check_tag(const YAML::Mark& mark, const std::string& tag) {
    if (tag.empty() || tag == "?" || tag == "!") return;
    refuse(mark, "tags are not read: " + in_quotes(tag), "remove the tag; put text that starts with '!' in quotes");
  }

  void open(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, Node::Kind kind) {
    check_tag(mark, tag);
    if (expects_key()) {
      if (places_.from(stack_.back().mark).starts_with("{{")) {
        throw Refusal{{ErrorKind::invalid, "a template needs quotes here", "write \"{{name}}\"", stack_.back().at}};
      }
      // yaml-cpp takes a bracket that is open at the end of the file for a key that still waits for its colon.
      if (never_closed(places_.from(mark))) {
        const bool list = kind == Node::Kind::sequence;
        refuse(mark, list ? "a '[' is never closed" : "a '{' is never closed",
               list ? "close it with ']'" : "close it with '}'");
      }
      refuse(mark, kind == Node::Kind::mapping ? "a key cannot be a mapping" : "a key cannot be a list",
             "write the key as text, and put text that starts with '{' or '[' in quotes");
    }
    if (static_cast<int>(stack_.size()) >= limits_.depth) too_deep(mark);
    Frame frame;
    frame.node.kind = kind;
    frame.anchor = anchor;
    frame.mark = mark;
    frame.at = places_.at(mark);
    places_.put(frame.node, mark);
    stack_.push_back(std::move(frame));
  }

  void close() {
    Frame frame = std::move(stack_.back());
    stack_.pop_back();
    finish(std::move(frame.node), frame.anchor, frame.mark);
  }

  void finish(Node node, YAML::anchor_t anchor, const YAML::Mark& mark) {
    charge(mark, Cost{.bytes = node.scalar.size()});
    if (anchor != YAML::NullAnchor) {
      const Cost cost = cost_of(node);
      charge(mark, cost);  // the copy that is kept for the aliases
      anchors_.insert_or_assign(anchor, std::pair{node, cost});
    }
    attach(std::move(node), mark);
  }

  void attach(Node node, const YAML::Mark& mark) {
    last_ = places_.at(mark);
    if (stack_.empty()) {
      root_ = std::move(node);
      return;
    }
    Frame& frame = stack_.back();
    if (frame.node.is_seq()) {
      frame.node.items.push_back(std::move(node));
    } else if (!frame.key) {
      check_key(frame, node, mark);
      frame.key = std::move(node);
    } else {
      frame.node.entries.emplace_back(std::move(*frame.key), std::move(node));
      frame.key.reset();
    }
  }

  void check_key(Frame& frame, const Node& key, const YAML::Mark& mark) {
    if (!key.is_scalar()) refuse(mark, "a key must be text, found " + describe(key), "write the key out");
    if (!key.quoted && key.scalar == "<<") {
      refuse(mark, "merge keys (`<<`) are not read", "write the keys out");
    }
    if (!frame.keys.insert(key.scalar).second) {
      const auto first = std::ranges::find_if(frame.node.entries,
                                              [&key](const auto& entry) { return entry.first.scalar == key.scalar; });
      refuse(mark, "duplicate key " + in_quotes(key.scalar),
             fmt::format("remove one; the first is in line {}", first->first.line));
    }
  }

  Places& places_;
  const Limits& limits_;
  bool started_ = false;
  Node root_;
  Place last_;
  std::optional<YAML::Mark> last_quoted_;
  std::vector<Frame> stack_;
  std::unordered_map<YAML::anchor_t, std::pair<Node, Cost>> anchors_;
  std::size_t nodes_ = 0;
  std::size_t bytes_ = 0;
};

Error explain(const YAML::ParserException& failure, Places& places, const Builder& builder) {
  if (failure.mark.is_null()) {
    const Advice advice = advise(failure.msg, {}, 0);
    return Error{ErrorKind::invalid, advice.message, advice.hint, places.at(failure.mark)};
  }
  const auto column = static_cast<std::size_t>(std::max(failure.mark.column, 0));
  const Advice advice = advise(failure.msg, places.line(failure.mark), column);
  Place at = places.at(failure.mark);
  if (advice.where == Advice::Where::innermost && builder.innermost() != nullptr) at = *builder.innermost();
  if (advice.where == Advice::Where::last && builder.last().line > 0) at = builder.last();
  return Error{ErrorKind::invalid, advice.message, advice.hint, std::move(at)};
}

}  // namespace

Result<Node> parse_yaml(std::string_view bytes, const std::string& file, const Limits& limits) {
  bytes = without_bom(bytes);
  if (auto error = unreadable(bytes, file, limits)) return std::move(*error);
  Places places(bytes, std::make_shared<const std::string>(file));
  Builder builder(places, limits);
  try {
    std::istringstream stream{std::string(bytes)};
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(builder)) {
    }
  } catch (const Refusal& refusal) {
    return refusal.error;
  } catch (const YAML::ParserException& failure) {
    return explain(failure, places, builder);
  } catch (const YAML::Exception& failure) {
    return Error{ErrorKind::invalid, fmt::format("not valid YAML ({})", excerpt(failure.msg)),
                 "check quotes, brackets and indentation", places.at(failure.mark)};
  }
  if (const auto& mark = builder.last_quoted(); mark && open_quote(places.from(*mark))) {
    return Error{ErrorKind::invalid, "a quote is never closed", "close it with the same quote sign", places.at(*mark)};
  }
  Node root = builder.take();
  if (!root.file) places.put(root, YAML::Mark());
  return root;
}

}  // namespace assay::text
