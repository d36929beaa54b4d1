#include "launcher/doctor/memory_need.h"

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "src/study/samples.h"
#include "src/surrogate/plan.h"

namespace weir {
namespace {

constexpr double value_bytes = 4;        // FP32
constexpr double training_copies = 4;    // weights, gradients, two moments
constexpr double saved_copies = 3;       // weights, two moments
constexpr double exported_copies = 3;    // safetensors, TorchScript, the one that is being replaced
constexpr double logs_bytes = 16 << 20;  // logs, metrics, event files

double sample_bytes(const Study& study) {
  return value_bytes * static_cast<double>(study.simulation.sample_size());
}

/// What all ranks keep of simulations that go on, for autoregressive samples.
double history_bytes(const Study& study) {
  return sample_bytes(study) * waiting_steps(study) * static_cast<double>(study.server.ranks);
}

double model_bytes(const Study& study) {
  return value_bytes * static_cast<double>(model_values(study));
}

}  // namespace

std::uint64_t model_values(const Study& study) {
  if (study.training.model.kind == ModelKind::torchscript) {
    std::error_code absent;
    const auto bytes = std::filesystem::file_size(study.training.model.file, absent);
    return absent ? 0 : bytes / sizeof(float);  // few of them are not weights
  }
  return plan_model(study.training.model, model_shape(study)).values();
}

MemoryNeed memory_need(const Study& study) {
  const auto ranks = static_cast<double>(study.server.ranks);
  const bool streams = study.training.source == Source::ensemble;
  const double slots = streams ? static_cast<double>(study.buffer.capacity) : 0;
  return {
      .slab = ranks * sample_bytes(study) * static_cast<double>(steps_of_sample(study)) * slots +
              (streams ? history_bytes(study) : 0),
      .model = ranks * training_copies * model_bytes(study)};
}

std::uint64_t capacity_that_fits(const Study& study, double bytes) {
  const double left = bytes - memory_need(study).model - history_bytes(study);
  const double row = static_cast<double>(steps_of_sample(study)) * sample_bytes(study) *
                     static_cast<double>(study.server.ranks);
  return static_cast<std::uint64_t>(std::max(left / row, 0.0));
}

double disk_need(const Study& study, bool record) {
  const auto& simulation = study.simulation;
  if (!record) return logs_bytes + exported_copies * model_bytes(study);
  return logs_bytes + sample_bytes(study) * static_cast<double>(simulation.count) *
                          static_cast<double>(simulation.steps);
}

double checkpoints_need(const Study& study) {
  const auto& settings = study.checkpoint;
  const bool only_at_the_end = settings.every == 0 && !settings.batches;
  const auto cuts = only_at_the_end ? 1 : static_cast<double>(settings.keep) + 1;
  return cuts * (memory_need(study).slab + saved_copies * model_bytes(study));
}

}  // namespace weir
