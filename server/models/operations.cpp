#include "server/models/operations.h"

#include <cmath>
#include <cstddef>
#include <numbers>
#include <utility>
#include <variant>

#include "server/models/real_inverse.h"

namespace weir {
namespace {

using Sizes = std::vector<std::int64_t>;

Sizes sizes_of(const std::vector<std::size_t>& values) { return {values.begin(), values.end()}; }

/// [first, rest…]
Sizes joined(std::int64_t first, const std::vector<std::size_t>& rest) {
  Sizes sizes = {first};
  sizes.insert(sizes.end(), rest.begin(), rest.end());
  return sizes;
}

/// A part of a spectrum [B, channels, axes…] that holds its lowest modes, as a view: bit k of
/// `number`, from the lowest for the last axis but one, says at which end of that axis; the last
/// axis has no negative half.
torch::Tensor corner(const torch::Tensor& spectrum, std::size_t number, std::int64_t modes) {
  const std::int64_t last = spectrum.dim() - 1;
  auto view = spectrum.narrow(last, 0, modes);
  for (std::int64_t axis = last - 1; axis >= 2; --axis, number /= 2)
    view = view.narrow(axis, number % 2 == 0 ? 0 : view.size(axis) - modes, modes);
  return view;
}

/// Runs one operation after another on values that have names.
class Runner {
 public:
  Runner(const PlacedTensors& tensors, const torch::Tensor& inputs, const torch::Tensor& state)
      : tensors_(tensors), values_({{"h", inputs}, {"s", state}}) {}

  void run(const Operation& operation) {
    operation_ = &operation;
    auto result = std::visit(*this, operation.function);
    values_[operation.result] = std::move(result);
  }
  const torch::Tensor& outputs() const { return values_.at("h"); }

  torch::Tensor operator()(const Linear& f) {
    return linear(from(), tensors_.at(f.weight), tensors_.at(f.bias));
  }

  torch::Tensor operator()(const Convolution& f) {
    const auto &weight = tensor(f.weight), &bias = tensor(f.bias);
    const Sizes ones(f.axes, 1), padding(f.axes, static_cast<std::int64_t>(f.kernel / 2));
    switch (f.axes) {
      case 1:
        return at::conv1d(from(), weight, bias, ones, padding, ones);
      case 2:
        return at::conv2d(from(), weight, bias, ones, padding, ones);
      default:
        return at::conv3d(from(), weight, bias, ones, padding, ones);
    }
  }

  torch::Tensor operator()(const Activate& f) {
    switch (f.function) {
      case Activation::relu:
        return at::relu(from());
      case Activation::tanh:
        return at::tanh(from());
      case Activation::gelu:
        return at::gelu(from());
      case Activation::silu:
        break;
    }
    return at::silu(from());
  }

  torch::Tensor operator()(const Resize& f) {
    const Sizes grid = sizes_of(f.grid);
    switch (grid.size()) {
      case 1:
        return at::upsample_linear1d(from(), grid, /*align_corners=*/false);
      case 2:
        return at::upsample_bilinear2d(from(), grid, /*align_corners=*/false);
      default:
        return at::upsample_trilinear3d(from(), grid, /*align_corners=*/false);
    }
  }

  torch::Tensor operator()(const Pool& f) {
    const Sizes twos(f.axes, 2), zeros(f.axes, 0), ones(f.axes, 1);
    switch (f.axes) {
      case 1:
        return at::max_pool1d(from(), twos, twos, zeros, ones, /*ceil_mode=*/true);
      case 2:
        return at::max_pool2d(from(), twos, twos, zeros, ones, /*ceil_mode=*/true);
      default:
        return at::max_pool3d(from(), twos, twos, zeros, ones, /*ceil_mode=*/true);
    }
  }

  torch::Tensor operator()(const Reshape& f) {
    return from().reshape(joined(from().size(0), f.shape));
  }

  torch::Tensor operator()(const Spread& f) {
    const std::int64_t batch = from().size(0);
    Sizes points = {batch, static_cast<std::int64_t>(f.inputs)}, everywhere = {-1, -1};
    points.insert(points.end(), f.grid.size(), 1);
    everywhere.insert(everywhere.end(), f.grid.begin(), f.grid.end());
    auto coordinates = joined(batch, {f.grid.size()});
    coordinates.insert(coordinates.end(), f.grid.begin(), f.grid.end());
    return at::cat({from().reshape(points).expand(everywhere),
                    tensor(f.coordinates).unsqueeze(0).expand(coordinates)},
                   1);
  }

  torch::Tensor operator()(const Points& f) {
    return tensor(f.coordinates).reshape(sizes_of({f.axes, f.points})).t();
  }

  torch::Tensor operator()(const Waves& f) {
    const auto phases = at::matmul(from(), tensor(f.frequencies).t()) * (2 * std::numbers::pi);
    return at::cat({at::sin(phases), at::cos(phases)}, 1);
  }

  torch::Tensor operator()(const SpectralConvolution& f) {
    const Sizes grid = sizes_of(f.grid);
    Sizes over(grid.size());
    for (std::size_t axis = 0; axis < over.size(); ++axis)
      over[axis] = static_cast<std::int64_t>(2 + axis);
    const std::string letters = std::string("xyz").substr(0, grid.size());
    const std::string product = "bi" + letters + ",io" + letters + "->bo" + letters;
    const auto modes = static_cast<std::int64_t>(f.modes);
    // In FP32 wherever the layer before computed: autocast of GPUs leaves transforms as they are.
    const auto spectrum = at::fft_rfftn(from().to(torch::kFloat32), c10::nullopt, over);
    const auto result = at::zeros_like(spectrum);
    for (std::size_t k = 0; k < f.weights.size(); ++k) {
      const auto weight = at::view_as_complex(tensor(f.weights[k]));
      corner(result, k, modes).copy_(at::einsum(product, {corner(spectrum, k, modes), weight}));
    }
    return result.is_cpu() ? at::fft_irfftn(result, grid, over) : real_inverse(result, grid, over);
  }

  torch::Tensor operator()(const Concatenate&) {
    std::vector<torch::Tensor> values;
    for (const auto& name : operation_->from) values.push_back(values_.at(name));
    return at::cat(values, 1);
  }

  torch::Tensor operator()(const Add&) { return from() + second(); }
  torch::Tensor operator()(const AddTensor& f) { return from() + tensor(f.tensor); }
  torch::Tensor operator()(const Combine&) { return at::matmul(from(), second().t()); }
  torch::Tensor operator()(const Keep&) { return from(); }

 private:
  const torch::Tensor& from() const { return values_.at(operation_->from.front()); }
  const torch::Tensor& second() const { return values_.at(operation_->from[1]); }
  const torch::Tensor& tensor(const std::string& name) const { return tensors_.at(name).value; }

  const PlacedTensors& tensors_;
  std::unordered_map<std::string, torch::Tensor> values_;
  const Operation* operation_ = nullptr;
};

}  // namespace

torch::Tensor run_operations(const std::vector<Operation>& operations, const PlacedTensors& tensors,
                             const torch::Tensor& inputs, const torch::Tensor& state) {
  Runner runner(tensors, inputs, state);
  for (const auto& operation : operations) runner.run(operation);
  return runner.outputs();
}

}  // namespace weir
