#include "runner/net/response_parser.hpp"

#include "runner/net/messages.hpp"

#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>
#include <fmt/format.h>

#include <optional>

namespace assay::net {

namespace {

namespace http = boost::beast::http;
using boost::system::error_code;
using BeastView = boost::beast::string_view;

std::string_view view(BeastView text) {
  return {text.data(), text.size()};
}

/// `0`, CRLF, CRLF: Beast asserts that the last chunk is not shown again before it has grown to this.
constexpr std::size_t kLeastChunk = 5;
/// Header fields that an answer has as a rule.
constexpr std::size_t kUsualFields = 16;

/// One message. Beast's parsers cannot be used twice.
class MessageParser final : public http::basic_parser<false> {
 public:
  MessageParser(ResponseParser::Events& events, std::uint64_t max_body, bool bodiless) : events_(&events) {
    eager(true);
    skip(bodiless);
    header_limit(ResponseParser::kMaxHeader);
    body_limit(max_body);
  }

  [[nodiscard]] bool informational() const { return head_.status / 100 == 1 && head_.status != 101; }
  [[nodiscard]] bool between_chunks() const { return is_header_done() && chunked() && chunk_left_ == 0; }

 private:
  void on_request_impl(http::verb, BeastView, BeastView, int, error_code&) override {}

  void on_response_impl(int status, BeastView, int, error_code& ec) override {
    // Beast takes any three digits; 0 would say that no head came.
    if (status < 100) ec = http::error::bad_status;
    head_.status = status;
    head_.headers.reserve(kUsualFields);
  }

  void on_field_impl(http::field, BeastView name, BeastView value, error_code& ec) override {
    // Beast's own limit is for the part that it has not consumed yet, so that many small fields go past it.
    header_bytes_ += name.size() + value.size() + 4;
    if (header_bytes_ > ResponseParser::kMaxHeader) ec = http::error::header_limit;
    // Trailers come here, too; nobody reads them.
    if (!shown_) head_.headers.emplace_back(view(name), view(value));
  }

  void on_header_impl(error_code& /*ec*/) override {
    shown_ = true;
    const int status = head_.status;
    if (!informational()) events_->on_head(std::move(head_));
    head_.status = status;
  }

  void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code& /*ec*/) override {}

  std::size_t on_body_impl(BeastView body, error_code& /*ec*/) override {
    if (!body.empty()) events_->on_body(view(body));
    return body.size();
  }

  void on_chunk_header_impl(std::uint64_t size, BeastView, error_code& /*ec*/) override { chunk_left_ = size; }

  std::size_t on_chunk_body_impl(std::uint64_t left, BeastView body, error_code& /*ec*/) override {
    chunk_left_ = left - body.size();
    if (!body.empty()) events_->on_body(view(body));
    return body.size();
  }

  void on_finish_impl(error_code& /*ec*/) override {}

  ResponseParser::Events* events_;
  HttpHead head_;
  std::size_t header_bytes_ = 0;
  std::uint64_t chunk_left_ = 0;
  bool shown_ = false;
};

}  // namespace

class ResponseParser::Parser {
 public:
  void begin(Events& events, std::uint64_t max_body, bool bodiless) {
    events_ = &events;
    max_body_ = max_body;
    bodiless_ = bodiless;
    started_ = false;
    next();
  }

  void next() {
    ec_ = {};
    message_.emplace(*events_, max_body_, bodiless_);
  }

  State feed(std::string_view bytes, std::size_t& used) {
    used = 0;
    while (used < bytes.size()) {
      started_ = true;
      const auto left = bytes.substr(used);
      if (message_->between_chunks() && left.size() < kLeastChunk) break;
      const auto n = message_->put(boost::asio::const_buffer(left.data(), left.size()), ec_);
      used += n;
      if (ec_ == http::error::need_more) break;
      if (ec_) return State::failed;
      if (message_->is_done()) {
        if (!message_->informational()) return State::complete;
        next();
      } else if (n == 0) {
        break;
      }
    }
    if (bytes.size() - used <= 2 * kMaxHeader) return State::more;
    ec_ = http::error::header_limit;  // a chunk's header without an end
    return State::failed;
  }

  State finish() {
    ec_ = {};
    // After a 1xx answer alone there is nothing yet that could be complete.
    if (!message_->got_some()) ec_ = http::error::end_of_stream;
    if (!ec_) message_->put_eof(ec_);
    if (!ec_ && !message_->is_done()) ec_ = http::error::partial_message;
    return ec_ ? State::failed : State::complete;
  }

  [[nodiscard]] Error error() const {
    if (ec_ == http::error::partial_message || ec_ == http::error::end_of_stream) {
      return message_->is_header_done() ? cut_short() : no_answer();
    }
    if (ec_ == http::error::body_limit) {
      return Error{ErrorKind::protocol, fmt::format("the answer is larger than {} bytes", max_body_),
                   "bound the answer with `params: {max_tokens: …}`"};
    }
    if (ec_ == http::error::header_limit) {
      return Error{ErrorKind::protocol, fmt::format("the header of the answer is larger than {} bytes", kMaxHeader)};
    }
    return Error{ErrorKind::protocol, fmt::format("the answer is not valid HTTP: {}", ec_.message()),
                 "look whether the address and port are those of an HTTP server"};
  }

  std::optional<MessageParser> message_;
  bool started_ = false;

 private:
  Events* events_ = nullptr;
  std::uint64_t max_body_ = 0;
  bool bodiless_ = false;
  error_code ec_;
};

ResponseParser::ResponseParser() : parser_(std::make_unique<Parser>()) {}
ResponseParser::ResponseParser(ResponseParser&&) noexcept = default;
ResponseParser::~ResponseParser() = default;

void ResponseParser::begin(Events& events, std::uint64_t max_body, bool bodiless) {
  parser_->begin(events, max_body, bodiless);
}

ResponseParser::State ResponseParser::feed(std::string_view bytes, std::size_t& used) {
  return parser_->feed(bytes, used);
}

ResponseParser::State ResponseParser::finish() {
  return parser_->finish();
}

bool ResponseParser::started() const {
  return parser_->started_;
}

bool ResponseParser::head_done() const {
  return parser_->message_->is_header_done();
}

bool ResponseParser::until_eof() const {
  return head_done() && parser_->message_->need_eof();
}

bool ResponseParser::keep_alive() const {
  return parser_->message_->keep_alive();
}

Error ResponseParser::error() const {
  return parser_->error();
}

}  // namespace assay::net
