#include "server/training/update_rules.h"

#include <cmath>

namespace weir {

void adam(const AdamStep& step, float* __restrict weights, const float* __restrict gradients,
          float* __restrict mean, float* __restrict square, std::size_t count) {
  const AdamStep s = step;  // a copy, whose members no write below can change
  const float fresh1 = 1 - s.beta1, fresh2 = 1 - s.beta2;
  for (std::size_t k = 0; k < count; ++k) {
    const float gradient = s.factor * gradients[k] + s.decay * weights[k];
    mean[k] = s.beta1 * mean[k] + fresh1 * gradient;
    square[k] = s.beta2 * square[k] + fresh2 * gradient * gradient;
    weights[k] =
        s.keep * weights[k] - s.rate * mean[k] / (std::sqrt(square[k]) * s.root + s.epsilon);
  }
}

void sgd(const SgdStep& step, float* __restrict weights, const float* __restrict gradients,
         float* __restrict velocity, std::size_t count) {
  const SgdStep s = step;
  for (std::size_t k = 0; k < count; ++k) {
    float gradient = s.factor * gradients[k] + s.decay * weights[k];
    if (velocity != nullptr) gradient = velocity[k] = s.momentum * velocity[k] + gradient;
    weights[k] -= s.rate * gradient;
  }
}

}  // namespace weir
