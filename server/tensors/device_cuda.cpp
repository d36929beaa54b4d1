// For a LibTorch with CUDA.

#include <ATen/Context.h>
#include <ATen/cuda/CUDAContext.h>
#include <c10/cuda/CUDAFunctions.h>
#include <c10/cuda/CUDAStream.h>
#include <cuda_runtime_api.h>

#include "server/tensors/device.h"

namespace weir {

VisibleGpus visible_gpus() {
  VisibleGpus gpus;
  gpus.supported = true;
  int count = 0;
  const cudaError_t found = cudaGetDeviceCount(&count);
  if (found == cudaSuccess) {
    gpus.count = static_cast<std::size_t>(count);
    if (count == 0) gpus.problem = "the driver shows none";
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

void* current_stream(const torch::Device& device) {
  return device.is_cuda() ? c10::cuda::getCurrentCUDAStream(device.index()).stream() : nullptr;
}

}  // namespace weir
