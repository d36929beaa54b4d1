#pragma once
// What a training step sees of the stream: some samples as tensors.

#include <cstddef>
#include <cstdint>
#include <vector>

#include <torch/torch.h>

namespace weir {

/// Which time step of which simulation a sample is.
struct SampleName {
  std::uint64_t sim = 0, step = 0;
};

/// B samples in FP32 on the device that trains, normalised: inputs to [-1, 1] by their bounds,
/// fields by mean and deviation. The tensors share memory that the next batch overwrites: clone
/// what is to be kept.
struct SampleBatch {
  torch::Tensor inputs;  ///< [B, parameters + 1]: the parameters in the study's order, then time
  torch::Tensor
      state;  ///< [B, outputs] of autoregressive samples: the fields given; else undefined
  torch::Tensor
      targets;  ///< [B, outputs]: all fields of a sample one after another, each row-major
  std::vector<SampleName> names;  ///< B of them
  std::size_t total = 0;          ///< samples of this batch over all ranks, at least 1; B may be 0
};

}  // namespace weir
