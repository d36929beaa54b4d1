#pragma once
// The losses of a study, as sums over samples: a division by the samples of all ranks makes them
// averages.

#include <torch/torch.h>

#include "src/study/study.h"

namespace weir {

/// Σ over samples of the mean over a sample's values of (prediction − target)²; both [B, N]. A
/// scalar.
torch::Tensor sample_sum_loss(LossKind kind, const torch::Tensor& prediction,
                              const torch::Tensor& target);

}  // namespace weir
