// For a LibTorch with CUDA, where training may still be on the CPU.

#include <string>

#include <ATen/cuda/CUDAEvent.h>
#include <ATen/cuda/CUDAGraph.h>
#include <c10/cuda/CUDAGuard.h>
#include <c10/cuda/CUDAStream.h>

#include "server/tensors/device_graph.h"
#include "src/core/error.h"

namespace weir {
namespace {

/// As many as LibTorch's documentation of its CUDA graphs asks for.
constexpr int warm_up = 3;

void order(const c10::cuda::CUDAStream& first, const c10::cuda::CUDAStream& then) {
  at::cuda::CUDAEvent reached;
  reached.record(first);
  reached.block(then);
}

}  // namespace

struct DeviceGraph::State {
  void record(const std::function<void()>& work);

  c10::cuda::CUDAStream stream;  ///< the default stream cannot be recorded
  at::cuda::CUDAGraph graph{};
  int runs = 0;
};

void DeviceGraph::State::record(const std::function<void()>& work) {
  try {
    graph.capture_begin();
    work();
    graph.capture_end();
  } catch (const c10::Error& error) {
    throw Error(ErrorKind::environment,
                std::string("a batch's pass cannot be recorded for the GPU (") +
                    error.what_without_backtrace() + "); set /training/cuda_graphs to false");
  }
}

DeviceGraph::DeviceGraph(const torch::Device& device)
    : state_(device.is_cuda() ? new State{.stream = c10::cuda::getStreamFromPool(
                                              /*isHighPriority=*/false, device.index())}
                              : nullptr) {}

DeviceGraph::~DeviceGraph() = default;

void DeviceGraph::run(const std::function<void()>& work) {
  if (!state_) return work();
  State& state = *state_;
  if (state.runs <= warm_up) {
    const auto own = c10::cuda::getCurrentCUDAStream(state.stream.device_index());
    order(own, state.stream);
    {
      const c10::cuda::CUDAStreamGuard guard(state.stream);
      if (state.runs < warm_up)
        work();
      else
        state.record(work);
    }
    order(state.stream, own);
  }
  // Recording has run nothing.
  if (state.runs >= warm_up) state.graph.replay();
  if (state.runs <= warm_up) ++state.runs;
}

}  // namespace weir
