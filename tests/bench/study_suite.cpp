#include <algorithm>
#include <iostream>
#include <optional>
#include <string>
#include <vector>

#include "tests/bench/gpu_watch.h"
#include "tests/bench/in_turn.h"
#include "tests/bench/program_runs.h"
#include "tests/bench/pytorch_server.h"
#include "tests/bench/reference_study.h"
#include "tests/bench/solver.h"
#include "tests/bench/suite.h"

namespace weir::bench {
namespace {

double resident(const Study& study) {
  return resident_training(study, /*ranks=*/1).front().with_start;
}

double live(const Study& study, const Solver& solver) {
  return live_training(study, [&](const StudyDirectory& directory, std::size_t sim) {
    return run_weir_solver(solver, directory, sim);
  });
}

constexpr double fastest_solver = 1000;  // steps per second; more is no solver, but a stream

struct Load {
  std::string name;
  double share;   ///< of what the trainer can take, that all solvers together send; 0: all they can
  bool computes;  ///< the solvers
};

/// Against the same trainer without ingest. One core is the trainer's; with solvers that sleep
/// between their steps the other one is reception's.
void measure_live(Reporter& reporter, const Options& options, const StudyCase& which,
                  std::size_t runs) {
  Study study = study_of(which);
  train_on(options.device, study);
  std::optional<double> taken;  // samples per second by the trainer alone
  for (const Load& load : std::vector<Load>{
           {"live", 0.5, false}, {"live-unthrottled", 0, false}, {"live-computing", 0.5, true}}) {
    const std::string name = load.name + "/" + std::to_string(which.values) + "values";
    if (!options.wants(name)) continue;
    if (!taken) taken = resident(study);
    const double each =
        std::min(load.share * *taken / static_cast<double>(which.clients), fastest_solver);
    const Solver solver{which.values, each, load.computes};
    const auto [value, reference] = in_turn(
        runs, [&] { return live(study, solver); }, [&] { return resident(study); });
    reporter.report({name, value, "samples/s", reference});
    if (options.device != "cuda") continue;
    GpuWatch watch;
    live(study, solver);
    if (const auto idle = watch.idle())
      reporter.report({name + "/idle", *idle, "of the time", 0.05});
  }
}

/// Against a server of PyTorch and pyzmq that trains the same network on the same steps.
void measure_pytorch(Reporter& reporter, const Options& options, const StudyCase& which,
                     std::size_t runs) {
  if (options.device == "cuda") return;  // the reference is one of CPUs
  const Study study = study_of(which);
  for (const bool fused : {false, true}) {
    const std::string name =
        (fused ? "pytorch-fused/" : "pytorch/") + std::to_string(which.values) + "values";
    if (!options.wants(name)) continue;
    if (options.python.empty()) {
      std::cerr << "weir-bench: study: " << name << " is skipped: " << pytorch_needs << "\n";
      continue;
    }
    const PytorchServer server{options.python, fused};
    // What the reference can take, so that neither waits for steps and both see as many.
    const double taken = server.train(study, {which.values, 0, false});
    const Solver solver{which.values, 0.5 * taken / static_cast<double>(which.clients), false};
    const auto [value, reference] = in_turn(
        runs, [&] { return live(study, solver); }, [&] { return server.train(study, solver); });
    reporter.report({name, value, "samples/s", reference});
  }
}

}  // namespace

void study_suite(Reporter& reporter, const Options& options) {
  std::vector<StudyCase> cases = options.quick
                                     ? std::vector<StudyCase>{{.values = 100, .batches = 200}}
                                     : std::vector<StudyCase>{{.values = 100, .batches = 20'000},
                                                              {.values = 10'000, .batches = 400}};
  if (options.device == "cuda" && !options.quick)
    cases.push_back({.values = 1'000'000, .batches = 400, .capacity = 200, .watermark = 100});
  for (const StudyCase& which : cases) {
    const std::size_t runs = options.quick ? 1 : 5;
    measure_live(reporter, options, which, runs);
    measure_pytorch(reporter, options, which, options.quick ? 1 : 3);
  }
}

}  // namespace weir::bench
