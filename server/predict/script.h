#pragma once
// An exported TorchScript module as a function of rows.

#include <filesystem>

#include <torch/script.h>

namespace weir {

/// Used by one thread.
class Script {
 public:
  /// Error{input}: LibTorch does not read the file.
  Script(const std::filesystem::path& file, std::size_t inputs, std::size_t outputs);

  /// inputs: [B, inputs], state: [B, outputs] or undefined, FP32 → [B, outputs], contiguous.
  /// Error{input}: the module fails, or gives another shape.
  torch::Tensor operator()(const torch::Tensor& inputs, const torch::Tensor& state);

 private:
  std::filesystem::path file_;
  std::int64_t inputs_, outputs_;
  torch::jit::Module module_;
};

}  // namespace weir
