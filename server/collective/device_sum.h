#pragma once
// The sum over all ranks of values in the memory of their GPUs.

#include <cstddef>
#include <memory>

#include "server/collective/collective.h"

namespace weir {

/// Used by one thread.
class DeviceSum {
 public:
  virtual ~DeviceSum() = default;
  /// In place, after what `stream` (a cudaStream_t) has to do already, and before what follows;
  /// bit-identical on all ranks. Collective. Error{environment}: NCCL's, in its words. A rank that
  /// is gone is not noticed here: who starts the ranks ends them all together.
  virtual void sum(float* values, std::size_t count, void* stream) = 0;
  /// Ends the sums that this rank's GPU still waits in for others; the last call. Not collective.
  virtual void abandon() = 0;
};

/// Over NCCL, between the current GPUs of the ranks; nothing is done for a single rank.
/// Collective. Error{environment}: NCCL's (two ranks on one GPU, say), or weir was built without
/// it.
std::unique_ptr<DeviceSum> make_device_sum(Collective& collective);

}  // namespace weir
