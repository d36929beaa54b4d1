#pragma once
// A study that has what a design reads, and no more.

#include <string>

#include "src/study/study.h"

namespace weir::test {

/// Parameters p0, p1, … in [0, 1].
inline Study study_of(DesignKind kind, std::size_t dimensions, std::size_t count) {
  Study study;
  study.seed = 20;
  study.simulation.count = count;
  study.sampling.design = kind;
  for (std::size_t d = 0; d < dimensions; ++d) {
    study.parameters.push_back(
        {.name = 'p' + std::to_string(d), .lower = 0, .upper = 1, .unit = ""});
  }
  return study;
}

}  // namespace weir::test
