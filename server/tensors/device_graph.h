#pragma once
// What a function queues on a GPU, queued again as one.

#include <functional>
#include <memory>

#include <torch/torch.h>

namespace weir {

/// A CUDA graph of LibTorch's: the launches of many small kernels become one. Used by one thread.
class DeviceGraph {
 public:
  explicit DeviceGraph(const torch::Device& device);
  ~DeviceGraph();
  DeviceGraph(const DeviceGraph&) = delete;
  DeviceGraph& operator=(const DeviceGraph&) = delete;

  /// Runs `work`, in order with what else LibTorch's stream does: as it is the first few times, in
  /// which libraries choose their kernels, then once to record it; from then on what was recorded
  /// is run, and `work` is not called. It has to use the same memory each time, wait for nothing,
  /// and queue the same whatever the values are; what it makes stays where it is. On the CPU it is
  /// called each time. Error{environment}: it cannot be recorded, in CUDA's words. Errors of
  /// `work`.
  void run(const std::function<void()>& work);

 private:
  struct State;
  std::unique_ptr<State> state_;  ///< null on the CPU
};

}  // namespace weir
