#pragma once
// Solvers of the suites that train: processes that send the same step again and again.

#include <cstddef>
#include <string>

#include "src/core/study_directory.h"

namespace weir::bench {

struct Solver {
  std::size_t values = 0;  ///< FP32 values of a step
  double rate = 0;         ///< steps per second at most; 0: as fast as they are taken
  bool computes = false;   ///< keeps a core busy between its steps, as solvers do; else it sleeps
};

/// Through the client API, as simulation `sim`, until the study is over. Returns an exit code.
int run_weir_solver(const Solver& solver, const StudyDirectory& directory, std::size_t sim);

/// The same steps to a PULL socket, two frames each: two numbers (simulation, step) and six (five
/// parameters, the time) of eight bytes, then the values. Never returns by itself.
int run_bare_solver(const Solver& solver, const std::string& endpoint, std::size_t sim);

}  // namespace weir::bench
