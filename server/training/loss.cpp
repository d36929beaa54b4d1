#include "server/training/loss.h"

namespace weir {

torch::Tensor sample_sum_loss(LossKind kind, const torch::Tensor& prediction,
                              const torch::Tensor& target) {
  switch (kind) {
    case LossKind::mse:
      return torch::mse_loss(prediction, target) * static_cast<double>(prediction.size(0));
  }
  return {};
}

}  // namespace weir
