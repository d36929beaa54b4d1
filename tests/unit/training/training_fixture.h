#pragma once
// One training of the miniature study from the start to its weights.

#include <cstring>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "server/checkpoint/safetensors.h"
#include "server/data/data_set.h"
#include "server/training/trainer.h"
#include "tests/support/temporary_folder.h"
#include "tests/unit/training/scripted_training.h"

namespace weir::test {

/// All weights of an exported model in the order of its file, without the normalisation.
inline std::vector<float> weights_of(const Trainer& trainer, const TrainingResult& result) {
  const TemporaryFolder folder;
  trainer.export_model(folder.path(), result);
  const auto file = safetensors::read(posix_file_system(), folder / "model.safetensors");
  std::vector<float> weights;
  for (const auto& tensor : file.tensors) {
    if (tensor.name.starts_with("input_") || tensor.name.starts_with("output_")) continue;
    const std::size_t before = weights.size();
    weights.resize(before + tensor.bytes.size() / sizeof(float));
    std::memcpy(weights.data() + before, tensor.bytes.data(), tensor.bytes.size());
  }
  return weights;
}

struct Trained {
  TrainingResult result;
  std::vector<float> weights;
};

inline Trained train(const Study& study, Collective& collective, SampleSource& source,
                     RoundParticipant& participant) {
  RememberingMetrics remembering;
  SystemClock clock;
  Trainer trainer(study, collective, source, participant, remembering, clock);
  Trained trained;
  trained.result = trainer.run();
  trained.weights = weights_of(trainer, trained.result);
  return trained;
}

inline Trained train(const Study& study, Collective& collective, SampleSource& source) {
  PatientParticipant participant;
  return train(study, collective, source, participant);
}

/// A data set of whole simulations, from number `first` on.
inline void write_data_set(const std::filesystem::path& file, const Study& study,
                           std::uint64_t first, std::uint64_t simulations) {
  DataSetWriter writer(file, study);
  for (std::uint64_t sim = first; sim < first + simulations; ++sim) {
    for (std::uint64_t step = 0; step < study.simulation.steps; ++step) {
      writer.write({sim, step}, parameters_of(study, sim), values_of(study, {sim, step}));
    }
  }
  writer.finish();
}

/// ‖a − b‖ / ‖b‖
inline double relative_distance(const std::vector<float>& a, const std::vector<float>& b) {
  double difference = 0, size = 0;
  for (std::size_t k = 0; k < b.size(); ++k) {
    difference += (double{a[k]} - b[k]) * (double{a[k]} - b[k]);
    size += double{b[k]} * b[k];
  }
  return a.size() == b.size() ? std::sqrt(difference / size) : 1;
}

}  // namespace weir::test
