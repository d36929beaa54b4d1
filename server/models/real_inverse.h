#pragma once
// The inverse of a real Fourier transform for spectra that are not quite those of real values.

#include <torch/torch.h>

namespace weir {

/// A copy of a spectrum that is halved along `axis`, of `points` values there, in which the modes
/// that their imaginary part says nothing of are real: the first, and of an even number the last.
torch::Tensor with_real_ends(const torch::Tensor& spectrum, std::int64_t points, std::int64_t axis);

/// irfftn() over the axes `over`, the last of them halved, to points as many as `grid`. A GPU's own
/// may read the imaginary parts of modes that real values have none in, where the CPU's leaves them
/// out (pytorch issue 154496): this one takes them away first.
torch::Tensor real_inverse(const torch::Tensor& spectrum, at::IntArrayRef grid,
                           at::IntArrayRef over);

}  // namespace weir
