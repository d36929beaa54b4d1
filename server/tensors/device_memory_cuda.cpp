// For a LibTorch with CUDA, where training may still be on the CPU.

#include <limits>
#include <string>
#include <utility>

#include <c10/cuda/CUDAException.h>
#include <c10/cuda/CUDAGuard.h>
#include <cuda_runtime_api.h>

#include "server/tensors/device_memory.h"
#include "src/core/error.h"

namespace weir {

PinnedMemory::PinnedMemory(const torch::Device& device, std::span<float> memory) {
  if (!device.is_cuda() || memory.empty()) return;
  const cudaError_t error =
      cudaHostRegister(memory.data(), memory.size_bytes(), cudaHostRegisterDefault);
  if (error != cudaSuccess) {
    cudaGetLastError();  // which LibTorch would take for one of its own
    throw Error(
        ErrorKind::environment,
        std::to_string(memory.size_bytes() >> 20) +
            " MiB of the buffer cannot be pinned for the GPU: " + cudaGetErrorString(error) +
            "; raise the limit of locked memory (ulimit -l), or set \"buffer\": "
            "{\"memory\": \"host\"}");
  }
  start_ = memory.data();
}

PinnedMemory::~PinnedMemory() {
  if (start_ != nullptr) cudaHostUnregister(start_);
}

PinnedMemory::PinnedMemory(PinnedMemory&& other) noexcept
    : start_(std::exchange(other.start_, nullptr)) {}

std::size_t free_memory(const torch::Device& device) {
  if (!device.is_cuda()) return std::numeric_limits<std::size_t>::max();
  const c10::cuda::CUDAGuard guard(device);
  std::size_t free = 0, total = 0;
  C10_CUDA_CHECK(cudaMemGetInfo(&free, &total));
  return free;
}

}  // namespace weir
