#pragma once
// Everything that a study leaves of its model, in one folder.

#include <cstddef>
#include <filesystem>
#include <functional>
#include <string>

#include "server/models/model.h"
#include "server/results/training_result.h"
#include "server/samples/normalisation.h"
#include "src/core/file_system.h"
#include "src/study/study.h"

namespace weir {

/// What it refers to outlives it.
struct TrainedModel {
  const Model& model;
  const Normalisation& normalisation;
  const Study& study;
  const TrainingResult& result;
  std::size_t simulations = 0;  ///< trained on, by all ranks
};

/// Writes model.safetensors, model.pt and model.onnx where the model allows them, and card.json
/// last. `warn` is told why one of them is missing; `alive` is called after each. Errors:
/// Error{environment} when the folder cannot be written.
void export_files(FileSystem& files, const std::filesystem::path& folder,
                  const TrainedModel& trained, const std::function<void(const std::string&)>& warn,
                  const std::function<void()>& alive);

}  // namespace weir
