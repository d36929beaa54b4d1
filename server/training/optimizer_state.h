#pragma once
// What an optimiser remembers from step to step, as named tensors.

#include <cstddef>
#include <vector>

#include <torch/torch.h>

#include "server/tensors/state_tensors.h"
#include "src/study/study.h"

namespace weir {

/// The places of the optimiser's memory: optimizer/K/exp_avg and exp_avg_sq of parameter K (adam,
/// adamw), optimizer/K/momentum_buffer (sgd with momentum). None before its first step.
std::vector<NamedTensor> memory_of(torch::optim::Optimizer& optimizer, OptimizerKind kind,
                                   const std::vector<torch::Tensor>& parameters);

/// How many tensors of a parameter's size memory_of() gives for it after the first step.
std::size_t memories_of(const OptimizerSettings& settings);

/// Makes that memory, as it is after `steps` steps, for memory_of() to give and the caller to fill.
void make_memory(torch::optim::Optimizer& optimizer, const OptimizerSettings& settings,
                 const std::vector<torch::Tensor>& parameters, std::size_t steps);

}  // namespace weir
