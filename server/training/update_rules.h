#pragma once
// The arithmetic of the optimisers over runs of values: each value is read and written once.

#include <cstddef>

namespace weir {

/// A step of Adam (Kingma and Ba, 2015, algorithm 1) or AdamW (Loshchilov and Hutter, 2019,
/// algorithm 2), with all that is alike for every weight worked out.
struct AdamStep {
  float factor = 1;  ///< of the gradients
  float decay = 0;   ///< times the weight, added to the gradient
  float keep = 1;    ///< times the weight, before the step
  float beta1 = 0, beta2 = 0;
  float rate = 0;  ///< over 1 − beta1^t
  float root = 0;  ///< 1 / √(1 − beta2^t)
  float epsilon = 0;
};

/// `mean` and `square` are the moments of the gradients. 28 bytes a value go over the memory.
/// No two of the runs overlap.
void adam(const AdamStep& step, float* weights, const float* gradients, float* mean, float* square,
          std::size_t count);

/// A step of stochastic gradient descent.
struct SgdStep {
  float factor = 1;  ///< of the gradients
  float decay = 0;   ///< times the weight, added to the gradient
  float momentum = 0;
  float rate = 0;
};

/// `velocity` (null: no momentum) becomes momentum × itself + gradient, by which the weights go
/// down (Sutskever et al., 2013, with the rate outside, as LibTorch has it).
void sgd(const SgdStep& step, float* weights, const float* gradients, float* velocity,
         std::size_t count);

}  // namespace weir
