#pragma once
// Tensors in and out of a TrainingState.

#include <memory>
#include <string>
#include <vector>

#include <torch/torch.h>

#include "server/checkpoint/safetensors.h"
#include "server/checkpoint/training_state.h"

namespace weir {

/// A place of the training in memory, and its name in the state. The tensor shares its memory.
struct NamedTensor {
  std::string name;
  torch::Tensor tensor;
};

/// A copy of each, in memory from `memory`, which gets it back when the copy ends.
std::vector<StateTensor> copies_of(const std::vector<NamedTensor>& places,
                                   const std::shared_ptr<RecycledMemory>& memory);

/// What is at a place, without a copy: its tensor is contiguous, and outlives the view.
/// Error{input} for a type that a file cannot hold.
safetensors::TensorView file_view(const NamedTensor& place);

/// Fills each place from the tensor of its name. Checks everything before it writes anything:
/// Error{input} naming the tensor when one is missing, has no place, or is of another type or shape
/// than expected.
void fill(const std::vector<NamedTensor>& places, const std::vector<StateTensor>& tensors);

}  // namespace weir
