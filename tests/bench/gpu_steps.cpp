// weir on a GPU beside PyTorch there.
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

#include "tests/bench/in_turn.h"
#include "tests/bench/program_runs.h"
#include "tests/bench/reference_study.h"
#include "tests/bench/suite.h"

namespace weir::bench {
namespace {

/// What reference/pytorch_step.py prints.
struct PytorchStep {
  double seconds = 0;  ///< of a step
  double copy = 0;     ///< bytes per second, read and written, of a copy within the device
};

PytorchStep pytorch_step(const Options& options, const StudyCase& which) {
  const auto number = [](std::size_t value) { return std::to_string(value); };
  std::istringstream output(
      output_of({{options.python, WEIR_PYTORCH_STEP, options.device, number(which.values),
                  number(which.batch), number(which.batches)}})
          .front());
  PytorchStep step;
  output >> step.seconds >> step.copy;
  return step;
}

/// Of a step: each weight 44 times (docs/decisions/0016), the batch's rows gathered, scaled and
/// compared.
double bytes_of_a_step(const StudyCase& which) {
  const auto values = static_cast<double>(which.values), batch = static_cast<double>(which.batch);
  const double weights = 7 * 256 + 257 * 256 + 257 * values;
  return 44 * weights + 16 * batch * values;
}

void measure(Reporter& reporter, const Options& options, const std::string& name,
             const StudyCase& which, bool graphs, std::size_t runs) {
  Study study = study_of(which);
  train_on(options.device, study);
  study.training.cuda_graphs = graphs;
  const auto samples = static_cast<double>(which.batch);
  PytorchStep last;
  const auto [value, reference] = in_turn(
      runs, [&] { return resident_training(study, /*ranks=*/1).front().samples_per_second; },
      [&] {
        last = pytorch_step(options, which);
        return samples / last.seconds;
      });
  reporter.report({name, value, "samples/s", reference});
  reporter.report({name + "/memory", bytes_of_a_step(which) * value / samples * 1e-9, "GB/s",
                   last.copy * 1e-9});
}

}  // namespace

void gpu_steps(Reporter& reporter, const Options& options) {
  std::vector<StudyCase> cases;
  for (const std::size_t batch : {10, 64})
    for (const std::size_t values : {100, 10'000, 1'000'000})
      cases.push_back({.values = values,
                       .batch = batch,
                       .batches = options.quick         ? 50u
                                  : values == 1'000'000 ? 400u
                                                        : 4000u,
                       .capacity = 200,
                       .watermark = 100});
  for (const StudyCase& which : cases) {
    for (const bool graphs : {false, true}) {
      const std::string name = std::to_string(which.values) + "/batch" +
                               std::to_string(which.batch) + "/" + options.device +
                               (graphs ? "/graphs" : "");
      if (!options.wants(name)) continue;
      if (options.python.empty()) {
        std::cerr << "weir-bench: step: " << name
                  << " is skipped: it needs --python INTERPRETER, of a Python that has torch\n";
        continue;
      }
      measure(reporter, options, name, which, graphs, options.quick ? 1 : 3);
    }
  }
}

}  // namespace weir::bench
