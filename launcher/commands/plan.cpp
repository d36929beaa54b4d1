// weir plan: what a study is expected to do, on paper.

#include <iostream>

#include "launcher/commands/commands.h"
#include "launcher/plan/plan_text.h"
#include "launcher/plan/study_plan.h"
#include "src/study/parse.h"

namespace weir {

int plan_command(const std::filesystem::path& file, const PlanOptions& options, bool json) {
  const Study study = load_study(file);
  const auto plan = plan_of(study, options);
  const auto variants = what_if(study, options, plan);
  std::cout << (json ? plan_json(plan, variants) : plan_text(study, plan, variants)) << std::flush;
  return 0;
}

}  // namespace weir
