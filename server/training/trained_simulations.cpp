#include "server/training/trained_simulations.h"

#include <algorithm>

namespace weir {
namespace {

constexpr const char* state_name = "trainer/simulations";

}  // namespace

void TrainedSimulations::note(const std::vector<SampleId>& drawn) {
  for (const auto& id : drawn)
    if (all_.insert(id.sim).second) untold_.push_back(static_cast<std::int64_t>(id.sim));
}

void TrainedSimulations::unite(Collective& collective) {
  for (const auto sim : collective.gather(untold_)) all_.insert(static_cast<std::uint64_t>(sim));
  untold_.clear();
}

NamedTensor TrainedSimulations::tensor() const {
  std::vector<std::int64_t> numbers(all_.begin(), all_.end());
  std::sort(numbers.begin(), numbers.end());
  return {state_name, torch::tensor(numbers, torch::kInt64)};
}

NamedTensor TrainedSimulations::room(const TrainingState& state) {
  std::int64_t count = 0;
  for (const auto& tensor : state.tensors)
    if (tensor.name == state_name && tensor.shape.size() == 1)
      count = static_cast<std::int64_t>(tensor.shape[0]);
  return {state_name, torch::empty(count, torch::kInt64)};
}

void TrainedSimulations::restore(const torch::Tensor& numbers) {
  const auto* const first = numbers.data_ptr<std::int64_t>();
  all_ = {first, first + numbers.numel()};
  untold_.clear();
}

}  // namespace weir
