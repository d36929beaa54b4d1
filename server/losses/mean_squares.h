#pragma once
// The mean squared error of each sample, without an array for the squares.

#include <torch/torch.h>

namespace weir {

/// [B, N] and [B, N], FP32 → [B], the mean of (prediction − target)² over each row; differentiable
/// once, by the prediction. On a CPU it reads both arrays once and allocates nothing of their size;
/// the gradient is one pass that makes one. The sum over a row is in FP64, and the same for every
/// number of threads. Elsewhere it is LibTorch's.
torch::Tensor mean_squares(const torch::Tensor& prediction, const torch::Tensor& target);

}  // namespace weir
