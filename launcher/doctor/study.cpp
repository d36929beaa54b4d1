// What the study is.

#include "launcher/doctor/case.h"

namespace weir {

void examine_study(const Case& subject, Findings& findings) {
  const auto& study = subject.study;
  if (!subject.runs_simulations())
    return findings.push_back(ok("study", quoted(study.name) + " trains from a data set"));
  findings.push_back(ok("study", quoted(study.name) + ": " +
                                     std::to_string(study.simulation.count) + " simulations of " +
                                     std::to_string(study.simulation.steps) + " steps"));
}

}  // namespace weir
