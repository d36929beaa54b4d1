#include "server/training/optimizer_state.h"

#include <memory>
#include <sstream>
#include <string>
#include <type_traits>
#include <utility>

namespace weir {
namespace {

using namespace torch::optim;

/// LibTorch 1 files a parameter's state under the text of its address, LibTorch 2 under the
/// address.
template <typename Key>
Key key_of(const torch::Tensor& parameter) {
  const void* const address = parameter.unsafeGetTensorImpl();
  if constexpr (std::is_same_v<Key, std::string>) {
    std::ostringstream text;
    text << address;
    return text.str();
  } else {
    return const_cast<Key>(address);
  }
}
using Key = std::decay_t<decltype(std::declval<Optimizer&>().state())>::key_type;

/// Null before the first step.
template <typename State>
State* state_of(Optimizer& optimizer, const torch::Tensor& parameter) {
  const auto found = optimizer.state().find(key_of<Key>(parameter));
  return found == optimizer.state().end() ? nullptr : static_cast<State*>(found->second.get());
}

template <typename State>
void add_moments(State* state, const std::string& prefix, std::vector<NamedTensor>& places) {
  if (state == nullptr) return;
  places.push_back({prefix + "exp_avg", state->exp_avg()});
  places.push_back({prefix + "exp_avg_sq", state->exp_avg_sq()});
}

void add_momentum(SGDParamState* state, const std::string& prefix,
                  std::vector<NamedTensor>& places) {
  if (state != nullptr && state->momentum_buffer().defined())
    places.push_back({prefix + "momentum_buffer", state->momentum_buffer()});
}

template <typename State>
std::unique_ptr<OptimizerParamState> moments(const torch::Tensor& parameter, std::size_t steps) {
  auto state = std::make_unique<State>();
  state->step(static_cast<std::int64_t>(steps));
  state->exp_avg(torch::zeros_like(parameter));
  state->exp_avg_sq(torch::zeros_like(parameter));
  return state;
}

std::unique_ptr<OptimizerParamState> momentum(const torch::Tensor& parameter) {
  auto state = std::make_unique<SGDParamState>();
  state->momentum_buffer(torch::zeros_like(parameter));
  return state;
}

std::unique_ptr<OptimizerParamState> new_state(OptimizerKind kind, const torch::Tensor& parameter,
                                               std::size_t steps) {
  switch (kind) {
    case OptimizerKind::adam:
      return moments<AdamParamState>(parameter, steps);
    case OptimizerKind::adamw:
      return moments<AdamWParamState>(parameter, steps);
    case OptimizerKind::sgd:
      break;
  }
  return momentum(parameter);
}

}  // namespace

std::vector<NamedTensor> memory_of(Optimizer& optimizer, OptimizerKind kind,
                                   const std::vector<torch::Tensor>& parameters) {
  std::vector<NamedTensor> places;
  for (std::size_t k = 0; k < parameters.size(); ++k) {
    const std::string prefix = "optimizer/" + std::to_string(k) + "/";
    switch (kind) {
      case OptimizerKind::adam:
        add_moments(state_of<AdamParamState>(optimizer, parameters[k]), prefix, places);
        break;
      case OptimizerKind::adamw:
        add_moments(state_of<AdamWParamState>(optimizer, parameters[k]), prefix, places);
        break;
      case OptimizerKind::sgd:
        add_momentum(state_of<SGDParamState>(optimizer, parameters[k]), prefix, places);
        break;
    }
  }
  return places;
}

std::size_t memories_of(const OptimizerSettings& settings) {
  if (settings.kind != OptimizerKind::sgd) return 2;
  return settings.momentum > 0 ? 1 : 0;
}

void make_memory(Optimizer& optimizer, const OptimizerSettings& settings,
                 const std::vector<torch::Tensor>& parameters, std::size_t steps) {
  optimizer.state().clear();
  if (steps == 0 || (settings.kind == OptimizerKind::sgd && settings.momentum == 0)) return;
  const torch::NoGradGuard no_gradients;
  for (const auto& parameter : parameters)
    optimizer.state()[key_of<Key>(parameter)] = new_state(settings.kind, parameter.detach(), steps);
}

}  // namespace weir
