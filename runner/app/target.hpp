#pragma once
/// Which target a request means, and what the `${NAME}` and keys of those who are asked are.

#include "runner/app/request.hpp"

#include <assay/judges/checks.hpp>

#include <set>

namespace assay::app {

/// The target of `--target`, of `--url` and `--model`, or the only one of the configuration.
[[nodiscard]] std::optional<Target> pick_target(const std::optional<Config>& config, const RunRequest& request,
                                                Diagnostics& diagnostics);

/// The target of that name; `option` is the one that named it.
[[nodiscard]] std::optional<Target> named_target(const std::optional<Config>& config, const std::string& name,
                                                 std::string_view option, Diagnostics& diagnostics);

/// Replaces `${NAME}` in the address, the model and the headers of a target or judge, and reads the key; what must
/// never be seen is added to `secrets`. Where nothing is sent to it (`replays`), a variable of the address or a header
/// that is unset is empty, and a key that is missing is none; the model must be known.
void expand(Target& target, bool replays, const Environment& environment, std::vector<std::string>& secrets,
            Diagnostics& diagnostics);

/// Expands the judges named, and drops the others.
void expand_judges(Settings& settings, const std::set<std::string>& asked, const Environment& environment,
                   Diagnostics& diagnostics);

/// Reports every judge without a price: what is not known to cost anything cannot be held to a budget.
void refuse_free_judges(const Settings& settings, Diagnostics& diagnostics);

/// `sha256:…` over what makes a judge's answers others: api, model, parameters, form of output, and of an application
/// what it is asked.
[[nodiscard]] std::string digest_of(const Target& judge);

/// What an application is asked and where its answer is read (`api: http`), or what is started, with a digest of its
/// files beside the configuration (`api: command`); null for others. Another one of these is another measurement.
[[nodiscard]] Json application_json(const Target& target);

/// The judges as checks know them. A model that names a variable which is unset stays as written.
[[nodiscard]] std::vector<judges::JudgeRef> judge_refs(const std::vector<Target>& judges,
                                                       const Environment& environment);

}  // namespace assay::app
