#pragma once
/// One question to a judge, with bounded re-asks. Pure: says what is to be asked next, or what came of it.

#include "judges/model/reply.hpp"

#include <assay/core/check.hpp>

#include <functional>
#include <string>
#include <variant>

namespace assay::judges {

inline constexpr int kMostAsks = 3;  ///< of one question: the first, and two more where the reply could not be read

/// Takes a reply for what the check needs (`read_verdict` and what is offered), or says in one sentence why not. The
/// judge is told that sentence, so it quotes nothing of the reply: `its `score` is none of 1 to 5`.
using ReadReply = std::function<Result<Json>(const Response&)>;

/// Read; still to be asked; or beyond help: unscored (malformed, refused or empty each time), or an error (the judge
/// could not be reached).
using Asked = std::variant<Json, Ask, Score>;

/// Where the question stands. It is asked as `name`, then as `name/2`, `name/3` with a paragraph more at the end of its
/// last message, which says what was wrong (no message of its own: some models take no two of one author in a row). The
/// JSON is what `read` gave.
[[nodiscard]] Asked ask(const Answers& answers, const std::string& name, const Question& question,
                        const ReadReply& read);

}  // namespace assay::judges
