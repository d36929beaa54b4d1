#pragma once
// Which simulations a training has drawn samples of, on all ranks.

#include <cstddef>
#include <cstdint>
#include <unordered_set>
#include <vector>

#include <torch/torch.h>

#include "server/checkpoint/training_state.h"
#include "server/collective/collective.h"
#include "server/tensors/state_tensors.h"
#include "src/core/sample_id.h"

namespace weir {

/// Each rank notes its own; unite() makes them known to all. Used by one thread.
class TrainedSimulations {
 public:
  void note(const std::vector<SampleId>& drawn);
  /// Collective: from then on every rank has what any of them has noted.
  void unite(Collective& collective);
  std::size_t count() const { return all_.size(); }

  /// In order, so that equal trainings have equal states.
  NamedTensor tensor() const;
  /// A place for as many as the state has, to be filled and given to restore().
  static NamedTensor room(const TrainingState& state);
  void restore(const torch::Tensor& numbers);

 private:
  std::unordered_set<std::uint64_t> all_;
  std::vector<std::int64_t> untold_;  ///< noted here since the latest union
};

}  // namespace weir
