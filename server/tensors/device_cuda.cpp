// For a LibTorch with CUDA.

#include <cstring>

#include <ATen/Context.h>
#include <ATen/cuda/CUDAContext.h>
#include <c10/cuda/CUDAFunctions.h>
#include <c10/cuda/CUDAStream.h>
#include <cuda_runtime_api.h>

#include "server/tensors/device.h"

namespace weir {

namespace {

constexpr int least_capability = 8;  // what cmake/Dependencies.cmake compiles weir's kernels for

/// How many of them weir can train on: CUDA shows the fastest first, so those too old come last.
std::size_t recent_ones(int count) {
  int recent = 0, major = 0;
  while (recent < count &&
         cudaDeviceGetAttribute(&major, cudaDevAttrComputeCapabilityMajor, recent) == cudaSuccess &&
         major >= least_capability)
    ++recent;
  return static_cast<std::size_t>(recent);
}

}  // namespace

VisibleGpus visible_gpus() {
  VisibleGpus gpus;
  gpus.supported = true;
  int count = 0;
  const cudaError_t found = cudaGetDeviceCount(&count);
  if (found == cudaSuccess) {
    gpus.count = recent_ones(count);
    if (gpus.count == 0)
      gpus.problem = count == 0 ? "the driver shows none"
                                : "those that it has are older than compute capability " +
                                      std::to_string(least_capability) + ".0";
  } else {
    gpus.problem = cudaGetErrorString(found);
    cudaGetLastError();  // which LibTorch would take for one of its own
  }
  return gpus;
}

torch::Device set_up_device(const Study& study, std::size_t local_rank) {
  const auto gpu = choose_gpu(study, local_rank, visible_gpus());
  if (!gpu) return torch::kCPU;
  const auto index = static_cast<c10::DeviceIndex>(*gpu);
  c10::cuda::set_device(index);
  const bool rounds = study.training.precision == Precision::tf32;
  at::globalContext().setAllowTF32CuBLAS(rounds);
  at::globalContext().setAllowTF32CuDNN(rounds);
  at::globalContext().setBenchmarkCuDNN(true);
  return {torch::kCUDA, index};
}

std::string described(const torch::Device& device) {
  if (!device.is_cuda()) return "the CPU";
  const auto* const properties = at::cuda::getDeviceProperties(device.index());
  return device.str() + " (" + properties->name + ", " +
         std::to_string(properties->totalGlobalMem >> 30) + " GiB)";
}

DeviceIdentity identity(const torch::Device& device) {
  DeviceIdentity identity{};
  if (!device.is_cuda()) return identity;
  const auto& uuid = at::cuda::getDeviceProperties(device.index())->uuid;
  static_assert(sizeof(uuid.bytes) == sizeof(identity));
  std::memcpy(identity.data(), uuid.bytes, sizeof(identity));
  return identity;
}

void* current_stream(const torch::Device& device) {
  return device.is_cuda() ? c10::cuda::getCurrentCUDAStream(device.index()).stream() : nullptr;
}

}  // namespace weir
