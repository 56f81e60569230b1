#pragma once
/// OpenAI embeddings as bytes: requests out, answers in. Pure; knows no HTTP.

#include "runner/endpoints/chat_errors.hpp"

#include <assay/core/endpoint.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <variant>

namespace assay::endpoints {

/// `{"input": [the messages' texts], "model": …, params}`. `params` win, but for `input` and `encoding_format`.
[[nodiscard]] std::string encode_embeddings(const Request& request, const std::string& model);

/// How many inputs an encoded body has.
[[nodiscard]] std::size_t count_inputs(std::string_view body);

/// The vectors in the order of their inputs, as a JSON array of arrays of numbers. Errors: `protocol` for an answer
/// that is none, and where there is not exactly one vector for each of `inputs`, all of one length.
[[nodiscard]] std::variant<Response, Error> read_embeddings(std::string_view json, std::size_t inputs,
                                                            const ChatPeer& peer);

}  // namespace assay::endpoints
