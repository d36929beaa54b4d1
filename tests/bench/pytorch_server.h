#pragma once
// The reference of the suite `study`: a server as a research group writes it, of PyTorch and pyzmq.

#include <string>

#include "src/study/study.h"
#include "tests/bench/solver.h"

namespace weir::bench {

inline constexpr const char* pytorch_needs =
    "it needs --python INTERPRETER, of a Python that has torch, numpy and pyzmq "
    "(python3 -m venv V; V/bin/pip install torch numpy pyzmq; --python V/bin/python)";

struct PytorchServer {
  std::string python;  ///< interpreter
  bool fused = false;  ///< the optimiser asked for its fused kernel

  /// Samples per second of a training of the study's network, batch, buffer and threads by
  /// reference/pytorch_server.py, to which the study's number of solvers send. Error{study} when
  /// it fails, with what it said.
  double train(const Study& study, const Solver& solver) const;
};

}  // namespace weir::bench
