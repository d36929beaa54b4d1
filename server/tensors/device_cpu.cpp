// For a LibTorch without CUDA.

#include "server/tensors/device.h"

namespace weir {

VisibleGpus visible_gpus() { return {}; }

torch::Device set_up_device(const Study& study, std::size_t local_rank) {
  choose_gpu(study, local_rank, visible_gpus());
  return torch::kCPU;
}

std::string described(const torch::Device&) { return "the CPU"; }

DeviceIdentity identity(const torch::Device&) { return {}; }

void* current_stream(const torch::Device&) { return nullptr; }

}  // namespace weir
