// For a LibTorch without CUDA.

#include <limits>

#include "server/tensors/device_memory.h"

namespace weir {

PinnedMemory::PinnedMemory(const torch::Device&, std::span<float>) {}
PinnedMemory::~PinnedMemory() = default;
PinnedMemory::PinnedMemory(PinnedMemory&&) noexcept = default;

std::size_t free_memory(const torch::Device&) { return std::numeric_limits<std::size_t>::max(); }

}  // namespace weir
