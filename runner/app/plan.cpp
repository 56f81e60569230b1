#include "runner/app/plan.hpp"

#include <assay/core/digest.hpp>
#include <assay/core/random.hpp>
#include <assay/judges/checks.hpp>
#include <assay/text/utf8.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>
#include <unordered_map>

namespace assay::app {

namespace {

constexpr std::size_t kMaxTagSets = 100'000;
constexpr std::size_t kMaxInterned = 4096;  // records may each have checks of their own

std::uint64_t mix_tags(std::uint64_t key, const Tags& tags) {
  for (const auto& [name, value] : tags) key = mix(mix(key, name), value);
  return key;
}

// Paths in a check are relative to the file that it stands in.
std::shared_ptr<const CompiledCheck> compile_check(const suites::CheckSpec& spec, const Candidate& candidate,
                                                   Diagnostics& diagnostics,
                                                   std::optional<judges::SecondOpinion> confirm = {}) {
  const judges::CompileEnv env{.base_dir = std::filesystem::path(spec.at.file).parent_path().string(),
                               .has_price = candidate.has_price,
                               .target_known = candidate.known,
                               .judges = candidate.judges,
                               .judges_known = candidate.judges_known,
                               .gives_contexts = candidate.gives_contexts,
                               .confirm = std::move(confirm)};
  return judges::compile(spec.name, spec.argument, spec.at, env, diagnostics);
}

std::string canonical_spec(const suites::CheckSpec& spec) {
  return canonical_json(Json{{"name", spec.name}, {"argument", text::to_json(spec.argument)}});
}

std::string model_of(const Candidate& candidate, const std::string& judge) {
  const auto found = std::find_if(candidate.judges.begin(), candidate.judges.end(),
                                  [&](const judges::JudgeRef& ref) { return ref.name == judge; });
  return found == candidate.judges.end() ? "" : found->model;
}

// Whom the check asks. Records may each bring a check of their own, so what is known already is not kept twice.
void note_asked(PlannedSuite& planned, const CompiledCheck& check, const Candidate& candidate) {
  for (const auto& use : check.judges) {
    const auto same = [&](const JudgedMetric& judged) {
      return judged.metric == check.metric && judged.use == use && judged.required == check.required;
    };
    if (std::any_of(planned.judged.begin(), planned.judged.end(), same)) continue;
    planned.judged.push_back({check.metric, check.required, use, model_of(candidate, use.judge)});
  }
  for (const auto& program : check.programs) {
    if (std::find(planned.programs.begin(), planned.programs.end(), program) == planned.programs.end()) {
      planned.programs.push_back(program);
    }
  }
}

void note_check(PlannedSuite& planned, const CompiledCheck& check, const Candidate& candidate) {
  note_asked(planned, check, candidate);
  const auto same = [&](const auto& metric) { return metric.name == check.metric; };
  if (std::any_of(planned.metrics.begin(), planned.metrics.end(), same)) return;
  planned.metrics.push_back({check.metric, check.unit, check.better});
  planned.facts.metrics.emplace_back(check.metric, check.unit);
}

void apply_prompt(PlannedSuite& planned, const Candidate& candidate, Diagnostics& diagnostics) {
  const auto found = candidate.prompts.find(planned.suite.prompt);
  const auto replace = [&](const std::filesystem::path& file) {
    auto messages = suites::load_messages(file, diagnostics);
    if (!messages.empty()) planned.suite.messages = std::move(messages);
  };
  if (candidate.only_prompt) {
    replace(*candidate.only_prompt);
  } else if (found != candidate.prompts.end()) {
    replace(found->second);
  }
  planned.prompt_digest = to_string(sha256(canonical_json(suites::messages_json(planned.suite.messages))));
}

void apply_params(PlannedSuite& planned, const Candidate& candidate) {
  Json params = planned.suite.params;
  for (const auto& [key, value] : candidate.params.items()) params[key] = value;
  planned.params = std::make_shared<const std::string>(dump_json(params));
  planned.params_digest = to_string(sha256(canonical_json(params)));
}

void compile_defaults(PlannedSuite& planned, const Candidate& candidate, Diagnostics& diagnostics) {
  Sha256 digest;
  for (const auto& spec : planned.suite.default_checks) {
    auto check = compile_check(spec, candidate, diagnostics);
    if (check == nullptr) continue;
    digest.update(canonical_spec(spec) + check->content + '\n');
    note_check(planned, *check, candidate);
    planned.default_checks.push_back(std::move(check));
  }
  planned.default_checks_digest = to_string(digest.finish());
}

// Two checks of one name need `as:`; otherwise their values would be mixed in one metric.
void refuse_twins(const PlannedCase& kase, const Place& at, Diagnostics& diagnostics) {
  for (std::size_t i = 0; i < kase.checks.size(); ++i) {
    for (std::size_t k = 0; k < i; ++k) {
      if (kase.checks[i]->metric != kase.checks[k]->metric) continue;
      diagnostics.error(at,
                        fmt::format("case {} has two checks that feed the metric '{}'", text::in_quotes(kase.id),
                                    kase.checks[i]->metric),
                        fmt::format("name one of them: `as: {}_2`", kase.checks[i]->metric));
      return;
    }
  }
}

// Renders every expectation of the case: a fault is known before the first call is paid.
void verify_checks(const PlannedCase& kase, const Place& at, Diagnostics& diagnostics) {
  const Scope scope{kase.vars, kase.id, kase.row};
  for (const auto& check : kase.checks) {
    if (!check->verify) continue;
    if (const auto verified = check->verify(scope); !verified) {
      auto error = verified.error();
      if (error.at.file.empty()) error.at = at;
      diagnostics.error(std::move(error));
    }
  }
}

// Facts about the whole suite, gathered while its cases stream by.
class SuiteScan {
 public:
  SuiteScan(PlannedSuite& planned, const Candidate& candidate, const Selection& selection, Diagnostics& diagnostics)
      : planned_(planned),
        candidate_(candidate),
        compiler_(planned, candidate),
        selection_(selection),
        diagnostics_(diagnostics) {}

  void run() {
    auto cursor = suites::open_cases(planned_.suite);
    if (!cursor) return diagnostics_.error(cursor.error());
    while (true) {
      auto next = (*cursor)->next();
      if (!next) {
        diagnostics_.error(next.error());
        if (diagnostics_.error_count() > Diagnostics::kMax) return;
        continue;
      }
      auto& kase = *next;
      if (!kase) break;
      add(std::move(*kase));
    }
    finish(**cursor);
  }

 private:
  void add(suites::Case kase) {
    ++planned_.facts.cases;
    count_tags(kase.tags);
    const bool wanted = selection_.matches(kase) && (!selection_.limit || planned_.whole < *selection_.limit);
    const auto at = kase.at;
    const auto compiled = compiler_.compile(std::move(kase), diagnostics_);
    if (compiled == nullptr) return;
    refuse_twins(*compiled, at, diagnostics_);
    verify_checks(*compiled, at, diagnostics_);
    for (const auto& check : compiled->checks) note_check(planned_, *check, candidate_);
    digest_.update(compiled->id);
    digest_.update(compiled->digest);
    if (!wanted) return;
    ++planned_.whole;
    if (!selection_.has(planned_.suite.id, compiled->id)) return;
    ++planned_.selected;
    planned_.content = mix_case(planned_.content, *compiled);
  }

  // Beyond the bound tag sets are not known one by one, and so are no counts.
  void count_tags(const Tags& tags) {
    auto& facts = planned_.facts;
    const auto key = mix_tags(0, tags);
    auto known = tag_sets_.find(key);
    if (known == tag_sets_.end()) {
      if (facts.tag_sets.size() == kMaxTagSets) {
        counted_ = false;
        return;
      }
      known = tag_sets_.emplace(key, facts.tag_sets.size()).first;
      facts.tag_sets.push_back(tags);
      facts.tag_counts.push_back(0);
    }
    ++facts.tag_counts[known->second];
  }

  void finish(suites::CaseCursor& cursor) {
    if (!counted_) planned_.facts.tag_counts.clear();
    planned_.digest = to_string(digest_.finish());
    if (const auto digest = cursor.dataset_digest()) planned_.dataset_digest = to_string(*digest);
    if (planned_.facts.cases == 0 && diagnostics_.ok()) {
      diagnostics_.error(planned_.suite.at, fmt::format("suite '{}' has no case", planned_.suite.id),
                         "add cases, or a data set with records", ErrorKind::selection);
    }
  }

  PlannedSuite& planned_;
  const Candidate& candidate_;
  CaseCompiler compiler_;
  const Selection& selection_;
  Diagnostics& diagnostics_;
  std::unordered_map<std::uint64_t, std::size_t> tag_sets_;  // by hash: the place in the facts
  bool counted_ = true;
  Sha256 digest_;
};

// A suite with faults is not run through; its checks are compiled all the same, for the sake of their faults.
void compile_written(const suites::Suite& suite, const Candidate& candidate, Diagnostics& diagnostics) {
  const auto compile = [&](const suites::CheckSpec& spec) { (void)compile_check(spec, candidate, diagnostics); };
  std::for_each(suite.default_checks.begin(), suite.default_checks.end(), compile);
  for (const auto& kase : suite.cases) std::for_each(kase.checks.begin(), kase.checks.end(), compile);
}

std::optional<PlannedSuite> plan_suite(const std::filesystem::path& file, const Candidate& candidate,
                                       const Selection& selection, Diagnostics& diagnostics) {
  const auto before = diagnostics.error_count();
  auto suite = suites::load_with_faults(file, diagnostics);
  if (diagnostics.error_count() != before && suite) compile_written(*suite, candidate, diagnostics);
  if (diagnostics.error_count() != before || !suite) return std::nullopt;
  PlannedSuite planned;
  planned.suite = *std::move(suite);
  if (candidate.samples) planned.suite.samples = *candidate.samples;
  planned.facts.id = planned.suite.id;
  planned.facts.floor = planned.suite.floor;
  planned.facts.samples = planned.suite.samples;
  planned.facts.has_price = candidate.has_price || !candidate.known;
  apply_prompt(planned, candidate, diagnostics);
  apply_params(planned, candidate);
  compile_defaults(planned, candidate, diagnostics);
  SuiteScan(planned, candidate, selection, diagnostics).run();
  return planned;
}

}  // namespace

bool Selection::matches(const suites::Case& kase) const {
  return std::all_of(where.begin(), where.end(), [&](const auto& wanted) {
    const auto tag = kase.tags.find(wanted.first);
    if (tag != kase.tags.end()) return tag->second == wanted.second;
    return wanted.first == "id" && kase.id == wanted.second;
  });
}

bool Selection::has(std::string_view suite, std::string_view kase) const {
  return !shard || mix(mix(0, suite), kase) % shard->count == shard->index - 1;
}

std::uint64_t mix_case(std::uint64_t key, const PlannedCase& kase) {
  return mix_tags(mix(mix(mix(key, kase.id), kase.digest), kase.cluster), kase.tags);
}

CaseCompiler::CaseCompiler(const PlannedSuite& planned, const Candidate& candidate)
    : planned_(planned), candidate_(candidate) {
  const auto& specs = planned.suite.default_checks;
  if (!candidate.confirmations.empty())
    std::transform(specs.begin(), specs.end(), std::back_inserter(default_specs_), canonical_spec);
}

std::shared_ptr<const CompiledCheck> CaseCompiler::intern(const suites::CheckSpec& spec, const std::string& canonical,
                                                          Diagnostics& diagnostics) {
  const auto key = canonical + spec.at.file;
  const auto found = interned_.find(key);
  if (found != interned_.end()) return found->second;
  auto check = compile_check(spec, candidate_, diagnostics);
  if (interned_.size() >= kMaxInterned) interned_.clear();
  if (check != nullptr) interned_.emplace(key, check);
  return check;
}

std::shared_ptr<const CompiledCheck> CaseCompiler::confirmed(std::shared_ptr<const CompiledCheck> plain,
                                                             const suites::CheckSpec& spec,
                                                             const std::string& canonical, const Tags& tags,
                                                             Diagnostics& diagnostics) {
  if (plain->judges.empty() || candidate_.confirmations.empty()) return plain;
  auto opinion = opinion_on(*plain, planned_.suite.id, tags, candidate_.confirmations, diagnostics);
  if (!opinion) return plain;
  const auto key = canonical + spec.at.file + "\nconfirm " + opinion->judge.value_or("");
  const auto found = interned_.find(key);
  if (found != interned_.end()) return found->second;
  Diagnostics own;  // warnings were given for the plain one
  auto check = compile_check(spec, candidate_, own, std::move(opinion));
  for (const auto& error : own.errors()) report_once(error, diagnostics);
  if (interned_.size() >= kMaxInterned) interned_.clear();
  if (check == nullptr) check = std::move(plain);
  interned_.emplace(key, check);
  return check;
}

std::shared_ptr<const PlannedCase> CaseCompiler::compile(suites::Case kase, Diagnostics& diagnostics) {
  const auto before = diagnostics.error_count();
  auto planned = std::make_shared<PlannedCase>();
  planned->checks = planned_.default_checks;
  for (std::size_t i = 0; i < default_specs_.size() && default_specs_.size() == planned->checks.size(); ++i) {
    auto& check = planned->checks[i];
    check = confirmed(check, planned_.suite.default_checks[i], default_specs_[i], kase.tags, diagnostics);
  }
  digest_.update(planned_.default_checks_digest);
  for (const auto& spec : kase.checks) {
    const auto canonical = canonical_spec(spec);
    auto check = intern(spec, canonical, diagnostics);
    if (check == nullptr) continue;
    digest_.update(canonical + check->content + '\n');
    planned->checks.push_back(confirmed(std::move(check), spec, canonical, kase.tags, diagnostics));
  }
  digest_.update(canonical_json(kase.vars));
  planned->digest = to_string(digest_.finish());
  planned->id = std::move(kase.id);
  planned->tags = std::move(kase.tags);
  planned->cluster = std::move(kase.cluster);
  planned->vars = std::move(kase.vars);
  planned->row = kase.row;
  planned->params = planned_.params;

  const Scope scope{planned->vars, planned->id, planned->row};
  auto messages = suites::render_messages(planned_.suite.messages, scope);
  if (messages) {
    planned->messages = *std::move(messages);
  } else {
    diagnostics.error(messages.error());
  }
  if (diagnostics.error_count() != before) return nullptr;
  return planned;
}

namespace {

// A program's name leaves its folder out, so that a cassette serves elsewhere; within a run it must mean one program.
void note_program(Plan& plan, const PlannedSuite& planned, const Program& program, Diagnostics& diagnostics) {
  const auto same = std::find_if(plan.programs.begin(), plan.programs.end(),
                                 [&](const Program& other) { return other.name == program.name; });
  if (same == plan.programs.end()) {
    plan.programs.push_back(program);
  } else if (*same != program) {
    diagnostics.error(planned.suite.at,
                      fmt::format("two suites start {} in different folders, and cannot be told apart",
                                  text::in_quotes(fmt::format("{}", fmt::join(program.command, " ")))),
                      "name the script itself in the command, such as ./grade.py, or run the suites apart");
  }
}

void note_asked(Plan& plan, const PlannedSuite& planned, Diagnostics& diagnostics) {
  for (const auto& judged : planned.judged) plan.judges.insert(judged.use.judge);
  for (const auto& program : planned.programs) note_program(plan, planned, program, diagnostics);
}

// What was named by hand must hit something, and hit only what was meant.
void check_prompts(const Plan& plan, const Candidate& candidate, Diagnostics& diagnostics) {
  std::set<std::string> names;
  for (const auto& planned : plan.suites) names.insert(planned.suite.prompt);
  if (candidate.only_prompt && names.size() > 1) {
    diagnostics.error({}, fmt::format("--prompt without a name, and the suites have {} prompts", names.size()),
                      fmt::format("write --prompt {}=FILE", *names.begin()), ErrorKind::usage);
  }
  for (const auto& name : candidate.named_prompts) {
    if (names.contains(name)) continue;
    diagnostics.error({}, fmt::format("--prompt names '{}', which no suite of this run has", name),
                      fmt::format("prompts of this run: {}", fmt::join(names, ", ")), ErrorKind::usage);
  }
}

}  // namespace

std::optional<Plan> make_plan(const std::vector<std::filesystem::path>& files, const Candidate& candidate,
                              const Selection& selection, Diagnostics& diagnostics) {
  Plan plan;
  std::map<std::string, std::filesystem::path> ids;
  for (const auto& file : files) {
    auto planned = plan_suite(file, candidate, selection, diagnostics);
    if (!planned) continue;
    const auto [other, fresh] = ids.emplace(planned->suite.id, file);
    if (!fresh) {
      diagnostics.error(planned->suite.at,
                        fmt::format("suite id '{}' is taken by {}", planned->suite.id, other->second.string()),
                        "give every suite of a run an id of its own");
    }
    plan.cases += planned->selected;
    plan.units += planned->selected * planned->suite.samples;
    plan.whole += planned->whole * planned->suite.samples;
    note_asked(plan, *planned, diagnostics);
    plan.suites.push_back(*std::move(planned));
  }
  check_prompts(plan, candidate, diagnostics);
  if (!diagnostics.ok()) return std::nullopt;
  return plan;
}

}  // namespace assay::app
