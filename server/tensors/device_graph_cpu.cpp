// For a LibTorch without CUDA.

#include "server/tensors/device_graph.h"

namespace weir {

struct DeviceGraph::State {};

DeviceGraph::DeviceGraph(const torch::Device&) {}
DeviceGraph::~DeviceGraph() = default;
void DeviceGraph::run(const std::function<void()>& work) { work(); }

}  // namespace weir
