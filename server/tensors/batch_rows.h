#pragma once
// Tensors that hold a row a sample, as memory that sources write into.

#include <cstddef>
#include <cstdint>
#include <span>

#include <torch/torch.h>

namespace weir {

/// [samples, width] of zeros, FP32, on the CPU.
inline torch::Tensor batch_rows(std::size_t samples, std::size_t width) {
  return torch::zeros({static_cast<std::int64_t>(samples), static_cast<std::int64_t>(width)});
}

/// All values. Precondition: contiguous FP32 on the CPU, which outlives the span.
inline std::span<float> values_of(const torch::Tensor& tensor) {
  return {tensor.data_ptr<float>(), static_cast<std::size_t>(tensor.numel())};
}

}  // namespace weir
