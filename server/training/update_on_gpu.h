#pragma once
// The rules of update_rules.h on the memory of a GPU.

#include <cstddef>

#include "server/training/update_rules.h"

namespace weir {

/// As adam() and sgd(), after what `stream` (a cudaStream_t of the current GPU) has to do already;
/// the runs are in the GPU's memory. Error{environment}: CUDA's, in its words.
void adam_on_gpu(const AdamStep& step, float* weights, const float* gradients, float* mean,
                 float* square, std::size_t count, void* stream);
void sgd_on_gpu(const SgdStep& step, float* weights, const float* gradients, float* velocity,
                std::size_t count, void* stream);

}  // namespace weir
