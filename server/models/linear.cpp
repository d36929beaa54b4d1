#include "server/models/linear.h"

#include <ATen/autocast_mode.h>
#include <torch/version.h>

namespace weir {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::tensor_list;

/// LibTorch's own would make a new gradient of the weights' size in each step, and add it to the
/// one that is wanted: three times the memory traffic of writing it there.
class PlacedLinear final : public torch::autograd::Function<PlacedLinear> {
 public:
  static torch::Tensor forward(AutogradContext* context, const torch::Tensor& inputs,
                               const torch::Tensor& weight, const torch::Tensor& bias,
                               const torch::Tensor& weight_place, const torch::Tensor& bias_place) {
    context->save_for_backward({inputs});
    // Not saved for backward: the gradient is written into what belongs to them.
    context->saved_data["weight"] = weight;
    context->saved_data["bias"] = bias;
    context->saved_data["weight_place"] = weight_place;
    context->saved_data["bias_place"] = bias_place;
    context->saved_data["of_inputs"] = inputs.requires_grad();
    return at::linear(inputs, weight, bias);
  }

  static tensor_list backward(AutogradContext* context, const tensor_list& of_outputs) {
    const torch::Tensor& gradient = of_outputs[0];
    const auto tensor = [&](const char* name) { return context->saved_data[name].toTensor(); };
    const auto inputs = context->get_saved_variables()[0];
    auto weight = tensor("weight"), bias = tensor("bias");
    torch::Tensor of_inputs;
    if (context->saved_data["of_inputs"].toBool()) of_inputs = gradient.mm(weight.detach());
    add_product(weight, tensor("weight_place"), gradient.t(), inputs);
    add_sum(bias, tensor("bias_place"), gradient);
    return {of_inputs, {}, {}, {}, {}};
  }

 private:
  static void add_product(torch::Tensor& weight, torch::Tensor place, const torch::Tensor& a,
                          const torch::Tensor& b) {
    auto& gradient = weight.mutable_grad();
    if (gradient.defined()) {
      gradient.addmm_(a, b);
      return;
    }
    at::mm_out(place, a, b);
    gradient = place;
  }

  static void add_sum(torch::Tensor& bias, torch::Tensor place, const torch::Tensor& rows) {
    auto& gradient = bias.mutable_grad();
    if (gradient.defined()) {
      gradient.add_(rows.sum(0));
      return;
    }
    at::sum_out(place, rows, 0);
    gradient = place;
  }
};

/// LibTorch 2.4 gave each device the same functions.
bool is_autocast(const torch::Device& device) {
#if TORCH_VERSION_MAJOR > 2 || (TORCH_VERSION_MAJOR == 2 && TORCH_VERSION_MINOR >= 4)
  return at::autocast::is_autocast_enabled(device.type());
#else
  return device.is_cpu() ? at::autocast::is_cpu_enabled() : at::autocast::is_enabled();
#endif
}

}  // namespace

torch::Tensor linear(const torch::Tensor& inputs, const Placed& weight, const Placed& bias) {
  if (!weight.place.defined() || !torch::GradMode::is_enabled() || is_autocast(inputs.device()))
    return at::linear(inputs, weight.value, bias.value);
  return PlacedLinear::apply(inputs, weight.value, bias.value, weight.place, bias.place);
}

}  // namespace weir
