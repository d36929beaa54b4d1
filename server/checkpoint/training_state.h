#pragma once
// The trainer's part of a checkpoint, as plain data: the same on every rank, so rank 0 alone writes
// it.

#include <cstddef>
#include <string>
#include <vector>

#include "server/checkpoint/safetensors.h"
#include "server/checkpoint/state_bytes.h"

namespace weir {

/// A tensor with its own copy of the values, row-major, little-endian.
struct StateTensor {
  std::string name;  ///< "model/layers.0.weight", "optimizer/0/exp_avg", …
  safetensors::DataType type = safetensors::DataType::f32;
  std::vector<std::size_t> shape;
  StateBytes bytes{};  ///< resize() leaves them unset
};

/// Value type. What it means is the trainer's affair; a checkpoint stores it and gives it back to
/// the bit.
struct TrainingState {
  std::size_t batch = 0;  ///< batches trained on
  std::vector<StateTensor> tensors;
  std::string scalars;  ///< JSON text: counters, schedule, statistics of the fields, best loss, …
};

}  // namespace weir
