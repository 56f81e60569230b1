#pragma once
/// `assay score`, `assay label`, `assay calibrate`: answers scored anew, judged by people, and judges held against
/// them.

#include "runner/app/calibrate.hpp"
#include "runner/app/label.hpp"
#include "runner/app/score.hpp"
#include "runner/cli/run_options.hpp"

#include <string>

namespace CLI {
class App;
}  // namespace CLI

namespace assay::cli {

struct JudgeWords {
  app::ScoreRequest score;
  RunWords score_words;
  app::LabelRequest label;
  std::string label_pass;
  app::CalibrateRequest calibrate;
  RunWords calibrate_words;
};

void add_score(CLI::App& app, JudgeWords& words);
void add_label(CLI::App& app, JudgeWords& words);
void add_calibrate(CLI::App& app, JudgeWords& words);

[[nodiscard]] ExitCode run_score(JudgeWords& words, const app::Environment& environment, app::Console& console);
[[nodiscard]] ExitCode run_label(JudgeWords& words, app::Console& console);
[[nodiscard]] ExitCode run_calibrate(JudgeWords& words, const app::Environment& environment, app::Console& console);

}  // namespace assay::cli
