#include <algorithm>
#include <string>
#include <vector>

#include "src/study/checks.h"
#include "src/study/nearest.h"
#include "src/study/reader.h"

namespace weir {
namespace {

void check_loss(const Study& study) {
  const std::string place = "/training/loss/weights";
  const auto& weights = study.training.loss.weights;
  std::vector<std::string> names;
  double largest = 0;
  for (const Field& field : study.simulation.fields) {
    names.push_back(field.name);
    const auto found = weights.find(field.name);
    largest = std::max(largest, found == weights.end() ? 1 : found->second);
  }
  for (const auto& [name, weight] : weights) {
    if (std::find(names.begin(), names.end(), name) != names.end()) continue;
    refuse(child(place, name), "no field has this name" + suggestion(name, names));
  }
  if (largest == 0)
    refuse(place, "is 0 for every field; nothing would be learnt, so give one of them a weight");
}

/// A step's samples are drawn together; a batch alone is checked with the buffer.
void check_accumulation(const Study& study) {
  const std::size_t batch = study.training.batch, accumulate = study.training.accumulate;
  const std::size_t capacity = study.buffer.capacity;
  if (capacity == 0 || accumulate == 1 || batch <= capacity / accumulate) return;
  refuse("/training/accumulate", "is " + std::to_string(accumulate) + "; so many batches of " +
                                     std::to_string(batch) +
                                     " samples are more than /buffer/capacity, " +
                                     std::to_string(capacity) + "; no step would ever be whole");
}

void check_stop(const Study& study) {
  const auto& patience = study.training.stop.patience;
  if (!patience || !study.validation.dataset.empty()) return;
  refuse("/training/stop/patience",
         "is " + std::to_string(*patience) + ", which needs validations; give /validation/dataset");
}

void check_recording(const TrainingSettings& training) {
  if (!training.cuda_graphs) return;
  const auto refuse_it = [](const std::string& why) {
    refuse("/training/cuda_graphs", "is true, " + why + "; leave one out");
  };
  const bool users = training.model.kind == ModelKind::torchscript ||
                     training.model.kind == ModelKind::plugin ||
                     training.loss.kind == LossKind::plugin || !training.loop.empty();
  if (users) refuse_it("but a model, loss or loop of the user's may do what cannot be recorded");
  if (training.accumulate > 1)
    refuse_it("but with /training/accumulate " + std::to_string(training.accumulate) +
              " a step's batches are not computed alike");
  if (training.precision == Precision::fp16)
    refuse_it("but with /training/precision \"fp16\" the loss is scaled anew as it goes on");
}

}  // namespace

void check_training(const Study& study) {
  check_loss(study);
  check_accumulation(study);
  check_stop(study);
  check_recording(study.training);
}

}  // namespace weir
