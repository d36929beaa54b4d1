#include "tests/integration/adaptive/hard_region.h"

#include <algorithm>
#include <map>
#include <memory>
#include <numeric>
#include <optional>
#include <utility>
#include <vector>

#include <torch/script.h>

#include "server/adaptive_sampling.h"
#include "server/control/controller.h"
#include "server/control/rank_event.h"
#include "server/metrics/metrics.h"
#include "server/sampling/loss_strategy.h"
#include "server/store/sample_store.h"
#include "server/training/trainer.h"
#include "src/core/clock.h"
#include "src/core/file_system.h"
#include "tests/support/temporary_folder.h"

namespace weir::test {

namespace {

constexpr std::size_t places = 4;         // simulations that run at a time
constexpr std::size_t steps_a_round = 1;  // each sample is used about twenty times
const wire::Peer launcher = "launcher";

/// Solvers, launcher, and what a server rank's aggregator and round link would do, a little in each
/// round.
class Ensemble final : public RoundParticipant {
 public:
  Ensemble(const Study& study, SampleStore& store, Controller& controller,
           AdaptiveSampling* sampling)
      : study_(study), store_(store), controller_(controller), sampling_(sampling) {}

  RoundInput before_round() override {
    RoundInput input;
    launch();
    for (std::size_t k = 0; k < steps_a_round && !running_.empty(); ++k) solve(input.events);
    if (sampling_ != nullptr) sampling_->before_round(input);
    input.reception_over = controller_.reception_over();
    return input;
  }
  void after_round(const Agreed& agreed) override {
    controller_.apply(agreed.events, clock_.now(), /*room=*/true);
    if (sampling_ != nullptr) sampling_->after_round(agreed);
    if (agreed.reception_over) store_.end_reception();
  }

  const std::map<std::uint64_t, std::vector<double>>& simulations() const { return all_; }

 private:
  void launch() {
    std::vector<Outgoing> out = controller_.tick(clock_.now());
    if (all_.empty())
      controller_.receive(launcher, wire::LaunchHello{.study = 1, .capacity = places},
                          clock_.now());
    for (const Outgoing& outgoing : out)
      if (const auto* run = std::get_if<wire::LaunchRun>(&outgoing.message)) {
        all_[run->sim] = run->parameters;
        running_.push_back({run->sim, 0});
      }
  }

  /// The next step of one simulation after the other.
  void solve(std::vector<std::int64_t>& events) {
    const SampleId id = running_.front();
    const auto begin = store_.begin(id);
    if (begin.status != wire::BeginStatus::begun) return;
    const auto& parameters = all_.at(id.sim);
    for (std::size_t point = 0; point < hard_values; ++point)
      store_.row(begin.slot, 0)[point] = hard_value(parameters[0], parameters[1], id.step, point);
    store_.commit(begin.slot);
    running_.erase(running_.begin());
    if (id.step + 1 < study_.simulation.steps) {
      running_.push_back({id.sim, id.step + 1});
      return;
    }
    append(events, {RankEvent::Kind::completed, 0, static_cast<std::int64_t>(id.sim)});
    controller_.receive(launcher, wire::LaunchEnded{id.sim, 0, wire::JobEnd::done, ""},
                        clock_.now());
  }

  const Study& study_;
  SampleStore& store_;
  Controller& controller_;
  AdaptiveSampling* sampling_;
  ManualClock clock_;
  std::map<std::uint64_t, std::vector<double>> all_;
  std::vector<SampleId> running_;  ///< the next step of each
};

/// Of the simulation (a, b), root mean square over steps and points.
double error_at(torch::jit::Module& model, double a, double b) {
  torch::Tensor inputs = torch::empty({hard_steps, 3});
  for (std::size_t step = 0; step < hard_steps; ++step) {
    const auto row = static_cast<std::int64_t>(step);
    inputs[row][0] = a, inputs[row][1] = b, inputs[row][2] = static_cast<double>(step);
  }
  const torch::Tensor outputs =
      model.forward({inputs}).toTensor().reshape({hard_steps, hard_values});
  double sum = 0;
  for (std::size_t step = 0; step < hard_steps; ++step)
    for (std::size_t point = 0; point < hard_values; ++point) {
      const double difference =
          outputs.data_ptr<float>()[step * hard_values + point] - hard_value(a, b, step, point);
      sum += difference * difference;
    }
  return std::sqrt(sum / (hard_steps * hard_values));
}

SurrogateError error_of(torch::jit::Module model) {
  constexpr int along = 50;
  std::vector<double> errors;
  for (int i = 0; i < along; ++i)
    for (int j = 0; j < along; ++j)
      errors.push_back(error_at(model, (i + 0.5) / along, (j + 0.5) / along));
  std::sort(errors.begin(), errors.end());
  SurrogateError error;
  error.mean = std::accumulate(errors.begin(), errors.end(), 0.0) / (along * along);
  error.percentile99 = errors[errors.size() * 99 / 100];
  return error;
}

double hard_share(const std::map<std::uint64_t, std::vector<double>>& simulations) {
  const auto hard = std::count_if(simulations.begin(), simulations.end(), [](const auto& of) {
    return std::hypot(of.second[0] - 0.7, of.second[1] - 0.3) < 0.1;
  });
  return static_cast<double>(hard) / static_cast<double>(simulations.size());
}

}  // namespace

SurrogateError train_on_hard_problem(const Study& study) {
  const TemporaryFolder folder;
  const ManualClock clock;
  SettledDesign design(make_design(study));
  const bool adaptive = study.sampling.adaptive.kind != Refinement::none;
  SampleStore store(study, design, /*rank=*/0, /*ranks=*/1);
  const Design& used = adaptive ? static_cast<const Design&>(design) : design.base();
  Controller controller(study, &used, /*study_id=*/1, /*epoch=*/0, /*ranks=*/1, clock.now());
  ParameterFile file(posix_file_system(), folder / "parameters.csv", study.parameters);
  file.start({});
  std::optional<AdaptiveSampling> sampling;
  if (adaptive)
    sampling.emplace(
        study, design, /*rank=*/0,
        AdaptiveSampling::Leader{controller, file, std::make_shared<LossStrategy>(), "loss"},
        clock);
  Ensemble ensemble(study, store, controller, sampling ? &*sampling : nullptr);
  const auto collective = make_single_collective();
  const auto metrics = make_null_metrics();
  Trainer trainer(study, *collective, store, ensemble, *metrics, clock);
  if (sampling)
    trainer.on_batch([&](std::size_t batches, double mean_loss, auto ids, auto losses) {
      sampling->record(batches, mean_loss, ids, losses);
    });
  const TrainingResult result = trainer.run();
  trainer.export_model(folder.path(), result);
  SurrogateError error = error_of(torch::jit::load((folder / "model.pt").string()));
  for (const ParameterRow& row : file.read()) error.redrawn += row.by == DrawnBy::strategy;
  error.hard_share = hard_share(ensemble.simulations());
  return error;
}

}  // namespace weir::test
