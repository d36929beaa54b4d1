#include "server/training/optimizer.h"

#include <utility>

namespace weir {
namespace {

/// Adam and AdamW take the same options under two types.
template <typename Optimizer, typename Options>
std::unique_ptr<torch::optim::Optimizer> make_adam(const OptimizerSettings& settings,
                                                   std::vector<torch::Tensor> parameters) {
  auto options = Options(settings.learning_rate);
  options.betas({settings.beta1, settings.beta2});
  options.eps(settings.epsilon);
  options.weight_decay(settings.weight_decay);
  return std::make_unique<Optimizer>(std::move(parameters), options);
}

}  // namespace

std::unique_ptr<torch::optim::Optimizer> make_optimizer(const OptimizerSettings& settings,
                                                        std::vector<torch::Tensor> parameters) {
  using namespace torch::optim;
  switch (settings.kind) {
    case OptimizerKind::adam:
      return make_adam<Adam, AdamOptions>(settings, std::move(parameters));
    case OptimizerKind::adamw:
      return make_adam<AdamW, AdamWOptions>(settings, std::move(parameters));
    case OptimizerKind::sgd:
      break;
  }
  auto options = SGDOptions(settings.learning_rate);
  options.momentum(settings.momentum);
  options.weight_decay(settings.weight_decay);
  return std::make_unique<SGD>(std::move(parameters), options);
}

void set_learning_rate(torch::optim::Optimizer& optimizer, double rate) {
  for (auto& group : optimizer.param_groups()) group.options().set_lr(rate);
}

}  // namespace weir
