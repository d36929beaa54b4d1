// The multilayer perceptron: linear layers with an activation between them.

#include <cmath>
#include <utility>
#include <vector>

#include "server/training/model.h"

namespace weir {
namespace {

torch::Tensor activate(Activation activation, const torch::Tensor& h) {
  switch (activation) {
    case Activation::relu:
      return torch::relu(h);
    case Activation::tanh:
      return torch::tanh(h);
    case Activation::gelu:
      return torch::gelu(h);
    case Activation::silu:
      return torch::silu(h);
  }
  return h;
}

const char* script_name(Activation activation) {
  switch (activation) {
    case Activation::relu:
      return "torch.relu";
    case Activation::tanh:
      return "torch.tanh";
    case Activation::gelu:
      return "torch.gelu";
    case Activation::silu:
      return "torch.silu";
  }
  return "";
}

/// Uniform in ±1/√fan_in, as LibTorch initialises a linear layer.
torch::Tensor uniform(const std::vector<std::int64_t>& shape, std::int64_t fan_in, Random& random) {
  const double bound = 1 / std::sqrt(static_cast<double>(fan_in));
  auto values = torch::empty(shape, torch::kFloat32);
  float* const data = values.data_ptr<float>();
  for (std::int64_t k = 0; k < values.numel(); ++k) {
    data[k] = static_cast<float>(bound * (2 * random.uniform() - 1));
  }
  return values;
}

class Linear final : public torch::nn::Module {
 public:
  Linear(std::int64_t inputs, std::int64_t outputs, Random& random)
      : weight_(register_parameter("weight", uniform({outputs, inputs}, inputs, random))),
        bias_(register_parameter("bias", uniform({outputs}, inputs, random))) {}

  torch::Tensor forward(const torch::Tensor& h) const { return torch::linear(h, weight_, bias_); }

 private:
  torch::Tensor weight_, bias_;
};

class Mlp final : public Model {
 public:
  Mlp(const std::vector<std::size_t>& widths, Activation activation, Random random)
      : activation_(activation) {
    const auto list = register_module("layers", torch::nn::ModuleList());
    for (std::size_t k = 0; k + 1 < widths.size(); ++k) {
      layers_.push_back(std::make_shared<Linear>(static_cast<std::int64_t>(widths[k]),
                                                 static_cast<std::int64_t>(widths[k + 1]), random));
      list->push_back(layers_.back());
    }
  }

  torch::Tensor forward(torch::Tensor h) override {
    for (std::size_t k = 0; k < layers_.size(); ++k) {
      h = layers_[k]->forward(h);
      if (k + 1 < layers_.size()) h = activate(activation_, h);
    }
    return h;
  }

  std::string script() const override {
    std::string text;
    for (std::size_t k = 0; k < layers_.size(); ++k) {
      const std::string layer = "self.layers_" + std::to_string(k) + "_";
      text += "    h = torch.linear(h, " + layer + "weight, " + layer + "bias)\n";
      if (k + 1 < layers_.size())
        text += std::string("    h = ") + script_name(activation_) + "(h)\n";
    }
    return text;
  }

 private:
  Activation activation_;
  std::vector<std::shared_ptr<Linear>> layers_;
};

}  // namespace

std::shared_ptr<Model> make_model(const ModelSettings& settings, std::size_t inputs,
                                  std::size_t outputs, Random random) {
  std::vector<std::size_t> widths = {inputs};
  widths.insert(widths.end(), settings.hidden.begin(), settings.hidden.end());
  widths.push_back(outputs);
  return std::make_shared<Mlp>(widths, settings.activation, random);
}

}  // namespace weir
