#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <torch/torch.h>

#include "server/collective/collective.h"
#include "server/losses/loss.h"
#include "server/models/study_model.h"
#include "server/tensors/torch_setup.h"
#include "server/training/training_step.h"
#include "tests/bench/in_turn.h"
#include "tests/bench/suite.h"

namespace weir::bench {
namespace {

/// The surrogate of the reference experiment (section 11 of the design) for so many values.
Study study_of(std::size_t values, std::size_t batch) {
  Study study;
  study.simulation.count = 1;
  study.simulation.steps = 100;
  study.simulation.fields = {{"u", {values}, "K"}};
  for (const char* name : {"a", "b", "c", "d", "e"})
    study.parameters.push_back({name, 100, 500, "K"});
  study.training.batch = batch;
  study.training.model.hidden = {256, 256};
  study.training.optimizer.weight_decay = 1e-4;
  study.training.normalisation.kind = NormalisationKind::given;
  study.training.normalisation.fields = {{"u", {300, 80}}};
  return study;
}

/// The same samples in each draw, as from rows in memory.
class ResidentSource final : public SampleSource {
 public:
  ResidentSource(const Study& study, std::size_t count)
      : parameters_(study.parameters.size()),
        rows_(count, std::vector<float>(study.simulation.sample_size(), 310)) {}

  Offer offer(std::size_t batch) override { return {Readiness::ready, batch}; }
  void wait(Duration) override {}
  void draw(std::size_t count, Batch& batch) override {
    batch.parameters.assign(count * parameters_, 250);
    batch.times.assign(count, 1);
    float* next = batch.targets;
    for (std::size_t k = 0; k < count; ++k) {
      batch.ids.push_back({0, k});
      copy_row(rows_[k], batch.scales, next);
      next += rows_[k].size();
    }
  }
  std::size_t peek(std::size_t, Batch&) override { return 0; }
  Occupancy occupancy() const override { return {}; }

 private:
  const std::size_t parameters_;
  std::vector<std::vector<float>> rows_;
};

/// Seconds of a step of weir's, its batch drawn and normalised.
double weir_step(const Study& study, std::size_t steps) {
  const auto collective = make_single_collective();
  const auto normalisation = make_normalisation(study);
  ResidentSource source(study, study.training.batch);
  const auto loss = make_loss(study, {});
  TrainingStep step(study, normalisation, *collective, make_model(study, {}), *loss);
  Agreed agreed;
  agreed.step = true;
  agreed.draw = agreed.total = study.training.batch;
  const auto run = [&] { step.run(agreed, source, /*learning_rate=*/1e-3); };
  run();
  return seconds_of([&] {
           for (std::size_t k = 0; k < steps; ++k) run();
         }) /
         static_cast<double>(steps);
}

/// Seconds of the same step with LibTorch's modules and optimiser, on a batch that is there.
double stock_step(const Study& study, std::size_t steps) {
  namespace nn = torch::nn;
  const auto values = static_cast<std::int64_t>(study.simulation.sample_size());
  const auto batch = static_cast<std::int64_t>(study.training.batch);
  nn::Sequential model(nn::Linear(6, 256), nn::ReLU(), nn::Linear(256, 256), nn::ReLU(),
                       nn::Linear(256, values));
  torch::optim::Adam adam(model->parameters(), torch::optim::AdamOptions(1e-3).weight_decay(1e-4));
  const auto inputs = torch::rand({batch, 6}), targets = torch::rand({batch, values});
  const auto run = [&] {
    adam.zero_grad();
    torch::mse_loss(model->forward(inputs), targets).backward();
    adam.step();
  };
  run();
  return seconds_of([&] {
           for (std::size_t k = 0; k < steps; ++k) run();
         }) /
         static_cast<double>(steps);
}

}  // namespace

void step_suite(Reporter& reporter, const Options& options) {
  if (options.device == "cuda") return gpu_steps(reporter, options);
  set_up_torch(std::thread::hardware_concurrency());
  struct Case {
    std::size_t values, batch, steps, runs;
  };
  const std::vector<Case> cases =
      options.quick
          ? std::vector<Case>{{100, 10, 3, 1}}
          : std::vector<Case>{{100, 10, 300, 5}, {10'000, 10, 30, 5}, {1'000'000, 10, 3, 3}};
  for (const auto& [values, batch, steps, runs] : cases) {
    const std::string name = std::to_string(values) + "/batch" + std::to_string(batch);
    if (!options.wants(name)) continue;
    const Study study = study_of(values, batch);
    const auto [value, reference] = in_turn(
        runs, [&, n = steps] { return weir_step(study, n); },
        [&, n = steps] { return stock_step(study, n); });
    reporter.report({name, value * 1e3, "ms", reference * 1e3});
  }
}

}  // namespace weir::bench
