#include "server/tensors/device.h"

namespace weir {

torch::Tensor zeros_for(const torch::Device& device, at::IntArrayRef sizes, torch::Dtype type) {
  const auto zeros = torch::zeros(sizes, type);
  return device.is_cuda() ? zeros.pin_memory() : zeros;
}

OnHost::OnHost(torch::nn::Module& module) : module_(module), device_(device_of(module)) {
  if (!device_.is_cpu()) module_.to(torch::kCPU);
}

OnHost::~OnHost() {
  if (!device_.is_cpu()) module_.to(device_);
}

torch::Device device_of(const torch::nn::Module& module) {
  const auto parameters = module.parameters();
  return parameters.empty() ? torch::Device(torch::kCPU) : parameters.front().device();
}

}  // namespace weir
