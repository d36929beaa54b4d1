// A model of one's own: a field is a sum of a few functions of the place, each weighed by a small
// network of the inputs.

#include <weir/server/model.h>
#include <weir/server/study_shape.h>

#include "parts.h"

namespace {

class Modes final : public weir::Model {
 public:
  Modes(std::int64_t inputs, std::int64_t outputs, std::int64_t modes) {
    hidden_ = register_module("hidden", torch::nn::Linear(inputs, 32));
    weights_ = register_module("weights", torch::nn::Linear(32, modes));
    modes_ = register_parameter("modes", 0.1 * torch::randn({modes, outputs}));
  }

  torch::Tensor forward(torch::Tensor inputs, torch::Tensor) override {
    return torch::matmul(weights_(torch::tanh(hidden_(inputs))), modes_);
  }

  /// With it the study has a model.pt at its end.
  std::string script() const override {
    return "    h = torch.tanh(torch.linear(h, self.hidden_weight, self.hidden_bias))\n"
           "    h = torch.matmul(torch.linear(h, self.weights_weight, self.weights_bias), "
           "self.modes)\n";
  }

 private:
  torch::nn::Linear hidden_{nullptr}, weights_{nullptr};
  torch::Tensor modes_;
};

}  // namespace

std::shared_ptr<weir::Model> make_modes(const weir::StudyShape& study) {
  if (study.autoregressive) throw std::runtime_error("the modes are those of direct samples");
  return std::make_shared<Modes>(study.inputs(), study.outputs(), 8);
}
