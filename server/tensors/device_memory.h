#pragma once
// Memory that a device copies from, and how much of its own it has.

#include <cstddef>
#include <span>

#include <torch/torch.h>

namespace weir {

/// While it lives, a device copies from this memory of the host without the processor's help, and
/// all of it stays in RAM. Does nothing for the CPU. Error{environment}: the system does not allow
/// it.
class PinnedMemory {
 public:
  PinnedMemory(const torch::Device& device, std::span<float> memory);
  ~PinnedMemory();
  PinnedMemory(PinnedMemory&& other) noexcept;
  PinnedMemory& operator=(PinnedMemory&&) = delete;

 private:
  void* start_ = nullptr;  ///< null: nothing is pinned
};

/// Bytes that the device has left; the CPU's are not counted: the largest number.
std::size_t free_memory(const torch::Device& device);

}  // namespace weir
