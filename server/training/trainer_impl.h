#pragma once
// What a trainer is made of, for the files that implement it.

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "server/losses/loss.h"
#include "server/models/model.h"
#include "server/plugin/plugged.h"
#include "server/plugin/user_code.h"
#include "server/samples/normalisation.h"
#include "server/tensors/state_tensors.h"
#include "server/training/loop_stream.h"
#include "server/training/schedule.h"
#include "server/training/stop_rule.h"
#include "server/training/trained_simulations.h"
#include "server/training/trainer.h"
#include "server/training/training_scalars.h"
#include "server/training/training_step.h"
#include "server/training/user_loop.h"
#include "server/validation/validation.h"

namespace weir {

inline constexpr std::size_t report_every = 10;  // batches

struct Trainer::Impl final : BatchTurns {
  Impl(const Study& study, Collective& collective, SampleSource& source,
       RoundParticipant& participant, Metrics& metrics, const Clock& clock, const Plugged& plugged);

  // trainer.cpp: rounds, and the steps between them
  TrainingResult run();
  void train();
  std::optional<Agreed> next_batch() override;
  void cut();
  bool step(const Agreed& agreed);
  bool is_looked_at_next() const;
  bool finish();
  void start();
  void set_rate(const Agreed& agreed);
  void add(const Agreed& agreed);
  bool conclude(double mean_loss);
  bool reached_a_limit();
  SampleBatch draw(const Agreed& agreed) override;
  void learnt(const torch::Tensor& losses) override;
  bool count(const Agreed& agreed, double mean_loss) override;
  double learning_rate() const override { return progress.learning_rate; }
  std::size_t batches() const override { return result.batches; }
  /// What is wrong with the user's code would be wrong again: no reason to start the server anew.
  template <typename Call>
  auto with_user_code(const char* place, Call&& call) const {
    if (!has_user_code) return call();
    return call_user_code(ErrorKind::study, place, std::forward<Call>(call));
  }

  // trainer_state.cpp
  TrainingState capture(bool tensors) const;
  void restore(const TrainingState& state);
  TrainingScalars scalars() const;
  void set_scalars(const TrainingScalars& scalars);
  std::vector<NamedTensor> places() const;

  // trainer_reports.cpp
  void validate();
  ValidationResult validate_weights();
  void report();
  void report_progress() const;
  bool identical_weights();

  const Study& study;
  const bool has_user_code;
  Collective& collective;
  SampleSource& source;
  RoundParticipant& participant;
  Metrics& metrics;
  const Clock& clock;
  std::function<void(const TrainingProgress&)> progressed = [](const TrainingProgress&) {};
  BatchCallback stepped = [](auto, auto, auto, auto) {};
  std::function<void(const std::string&)> warned = [](const std::string&) {};

  Normalisation normalisation;
  bool measured;  ///< the fields' statistics are final
  const torch::Device device;
  std::shared_ptr<Model> model;
  std::unique_ptr<Loss> loss;
  TrainingStep training_step;
  const bool ahead;                    ///< a step's samples are drawn while the one before is open
  bool open = false;                   ///< a step is launched, and its loss is not known yet
  std::shared_ptr<TrainingLoop> loop;  ///< of a plug-in's; null: the steps are weir's
  std::unique_ptr<Validation> validation;
  Schedule schedule;
  Patience patience;

  TrainingResult result;
  TrainingProgress progress;
  TrainedSimulations simulations;
  Time first_batch{};
  bool started = false;          ///< this process has trained on a batch
  std::size_t validated_at = 0;  ///< batches
  double loss_since_report = 0;
  std::size_t samples_at_report = 0;
  Time reported{};
  double seconds_since_report = 0;  ///< at the state that this went on from
  std::shared_ptr<RecycledMemory> captured = std::make_shared<RecycledMemory>();
  std::atomic<std::uint64_t> pulse{0};
};

}  // namespace weir
