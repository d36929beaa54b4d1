#pragma once
// One weight's update by each rule: the same text for the loops of the CPU and the kernels of GPUs.

#include <cmath>

#include "server/training/update_rules.h"

#ifdef __CUDACC__
#define WEIR_ON_CPU_AND_GPU __host__ __device__
#else
#define WEIR_ON_CPU_AND_GPU
#endif

namespace weir {

WEIR_ON_CPU_AND_GPU inline void update(const AdamStep& s, float& weight, float gradient,
                                       float& mean, float& square) {
  gradient = s.factor * gradient + s.decay * weight;
  mean = s.beta1 * mean + (1 - s.beta1) * gradient;
  square = s.beta2 * square + (1 - s.beta2) * gradient * gradient;
  weight = s.keep * weight - s.rate * mean / (std::sqrt(square) * s.root + s.epsilon);
}

WEIR_ON_CPU_AND_GPU inline void update(const SgdStep& s, float& weight, float gradient,
                                       float* velocity) {
  gradient = s.factor * gradient + s.decay * weight;
  if (velocity != nullptr) gradient = *velocity = s.momentum * *velocity + gradient;
  weight -= s.rate * gradient;
}

}  // namespace weir
