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

/// sums[k] = the sum of squares of a part of the values, in double; all of them together are that
/// of all values. The parts are the same whenever `count` is. As above.
inline constexpr std::size_t parts_of_squares = 1024;
void squares_on_gpu(const float* values, std::size_t count, double* sums, void* stream);

}  // namespace weir
