#include "server/training/update_rules.h"

#include "server/training/update_value.h"
#include "src/core/vector_clones.h"

namespace weir {

WEIR_VECTOR_CLONES
void adam(const AdamStep& step, float* __restrict weights, const float* __restrict gradients,
          float* __restrict mean, float* __restrict square, std::size_t count) {
  const AdamStep s = step;  // a copy, whose members no write below can change
  for (std::size_t k = 0; k < count; ++k) update(s, weights[k], gradients[k], mean[k], square[k]);
}

WEIR_VECTOR_CLONES
void sgd(const SgdStep& step, float* __restrict weights, const float* __restrict gradients,
         float* __restrict velocity, std::size_t count) {
  const SgdStep s = step;
  if (velocity == nullptr) {
    for (std::size_t k = 0; k < count; ++k) update(s, weights[k], gradients[k], nullptr);
    return;
  }
  for (std::size_t k = 0; k < count; ++k) update(s, weights[k], gradients[k], velocity + k);
}

}  // namespace weir
