#pragma once
// The study's optimiser over LibTorch's own.

#include <memory>
#include <vector>

#include <torch/torch.h>

#include "src/study/study.h"

namespace weir {

/// adam: weight decay is added to the gradient; adamw: it is decoupled (Loshchilov, Hutter 2019);
/// sgd: with momentum.
std::unique_ptr<torch::optim::Optimizer> make_optimizer(const OptimizerSettings& settings,
                                                        std::vector<torch::Tensor> parameters);

void set_learning_rate(torch::optim::Optimizer& optimizer, double rate);

}  // namespace weir
