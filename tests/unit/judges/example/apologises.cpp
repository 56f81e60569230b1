/// apologises: a judge says whether the answer says sorry.

#include "judges/model/grading.hpp"
#include "judges/model/judge_option.hpp"
#include "judges/result.hpp"
#include "judges/schemas.hpp"

namespace assay::judges {

static CheckStep run(const JudgeUse& use, const CheckContext& context, const Answers& answers) {
  static const std::vector<std::string> kOffered{"yes", "no"};
  Inquiry inquiry(use, answers);
  auto query = grading_query(inquiry, "closed_qa", Material{}, context);
  if (!query) return std::move(inquiry).step();
  query->vars["criteria"] = "The answer says sorry.";
  const auto judgement = inquiry.verdict(*query, kOffered);
  if (!judgement) return std::move(inquiry).step();
  return judgement->verdict == "yes" ? passed() : failed("no apology" + because(judgement->reason));
}

static std::optional<CompiledCheck> make(const text::Node& options, const CompileEnv& env, Diagnostics& diagnostics) {
  OptionReader reader(options, "apologises", diagnostics);
  const auto judge = read_judge(reader, env);
  if (!reader.finish() || !judge) return std::nullopt;
  CompiledCheck check;
  const auto use = use_of(*judge, {"closed_qa"}, options);
  set_judge(check, use);
  check.run = [use](const CheckContext& context, const Answers& answers) { return run(use, context, answers); };
  check.verify = [](const Scope&) { return Result<void>(); };
  return check;
}

CheckKind apologises_row() {
  return {.name = "apologises",
          .doc = "A judge says whether the answer says sorry: yes 1, no 0. Unscored where no reply held a verdict.",
          .example = "apologises: {}",
          .options = [] { return options_schema({{"judge", judge_option_schema()}}, {}); },
          .short_form = no_short_form,
          .make = make};
}

}  // namespace assay::judges
