#pragma once
// The device that a rank trains on, and the way of tensors to it and back.

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

#include <torch/torch.h>

#include "server/tensors/gpu_choice.h"
#include "src/study/study.h"

namespace weir {

VisibleGpus visible_gpus();

/// Chooses this process's GPU (choose_gpu), or the CPU, and sets it up for the study's precision:
/// products of FP32 are rounded to TF32 for "tf32" alone; cuDNN measures which algorithm is the
/// fastest for a shape, so that what repeats to the bit on the CPU may not on a GPU with
/// convolutions. Errors: those of choose_gpu.
torch::Device set_up_device(const Study& study, std::size_t local_rank);

/// "the CPU", "cuda:0 (NVIDIA H200, 140 GiB)".
std::string described(const torch::Device& device);

/// Of a GPU, the same for no other in the world; zeros for the CPU.
using DeviceIdentity = std::array<std::int64_t, 2>;
DeviceIdentity identity(const torch::Device& device);

/// The stream that LibTorch's calls of this thread go to, a cudaStream_t; null for the CPU.
void* current_stream(const torch::Device& device);

/// Zeros in memory from which `device` copies without the processor's help.
torch::Tensor zeros_for(const torch::Device& device, at::IntArrayRef sizes,
                        torch::Dtype type = torch::kFloat32);

/// The same values on `device`, without waiting for the copy; `tensor` itself when it is there, or
/// undefined.
inline torch::Tensor on(const torch::Device& device, const torch::Tensor& tensor) {
  if (!tensor.defined() || tensor.device() == device) return tensor;
  return tensor.to(device, tensor.scalar_type(), /*non_blocking=*/true);
}

/// The same values, contiguous on the CPU, when this returns.
inline torch::Tensor on_host(const torch::Tensor& tensor) { return tensor.cpu().contiguous(); }

/// While it lives, the module is on the CPU.
class OnHost {
 public:
  explicit OnHost(torch::nn::Module& module);
  ~OnHost();
  OnHost(const OnHost&) = delete;
  OnHost& operator=(const OnHost&) = delete;

 private:
  torch::nn::Module& module_;
  torch::Device device_;
};

/// Where its parameters are; the CPU when it has none.
torch::Device device_of(const torch::nn::Module& module);

}  // namespace weir
