#pragma once
// A study's plan for people, and as JSON.

#include <string>
#include <vector>

#include "launcher/plan/study_plan.h"

namespace weir {

/// Several lines: inputs with their origins, what is expected, what bounds it, what if.
std::string plan_text(const Study& study, const StudyPlan& plan,
                      const std::vector<StudyPlan>& variants);
/// {inputs: {NAME: {value, unit, origin, source}}, expected: {…}, needs: {…}, bound_by, what_if:
/// [{clients, ranks, expected, bound_by}]}; seconds, bytes, bytes per second, shares of 1.
std::string plan_json(const StudyPlan& plan, const std::vector<StudyPlan>& variants);

}  // namespace weir
