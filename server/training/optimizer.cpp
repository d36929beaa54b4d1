#include "server/training/optimizer.h"

#include <cmath>
#include <utility>
#include <variant>

#include <ATen/Parallel.h>

#include "server/tensors/device.h"
#include "server/training/update_on_gpu.h"
#include "server/training/update_rules.h"

namespace weir {
namespace {

/// Values that are worth a thread of their own.
constexpr std::int64_t grain = 1 << 15;

std::vector<std::string> names_of(const OptimizerSettings& settings) {
  if (settings.kind != OptimizerKind::sgd) return {"exp_avg", "exp_avg_sq"};
  if (settings.momentum > 0) return {"momentum_buffer"};
  return {};
}

AdamStep adam_step(const OptimizerSettings& settings, double rate, double factor,
                   std::size_t steps) {
  const auto t = static_cast<double>(steps);
  const bool decoupled = settings.kind == OptimizerKind::adamw;
  const double decay = settings.weight_decay;
  AdamStep step;
  step.factor = static_cast<float>(factor);
  step.decay = static_cast<float>(decoupled ? 0 : decay);
  step.keep = static_cast<float>(decoupled ? 1 - rate * decay : 1);
  step.beta1 = static_cast<float>(settings.beta1);
  step.beta2 = static_cast<float>(settings.beta2);
  step.rate = static_cast<float>(rate / (1 - std::pow(settings.beta1, t)));
  step.root = static_cast<float>(1 / std::sqrt(1 - std::pow(settings.beta2, t)));
  step.epsilon = static_cast<float>(settings.epsilon);
  return step;
}

SgdStep sgd_step(const OptimizerSettings& settings, double rate, double factor) {
  return {static_cast<float>(factor), static_cast<float>(settings.weight_decay),
          static_cast<float>(settings.momentum), static_cast<float>(rate)};
}

using Rule = std::variant<AdamStep, SgdStep>;

Rule rule_of(const OptimizerSettings& settings, double rate, double factor, std::size_t steps) {
  if (settings.kind == OptimizerKind::sgd) return sgd_step(settings, rate, factor);
  return adam_step(settings, rate, factor, steps);
}

/// A parameter, and what is remembered of it, or null.
struct Run {
  float* weights;
  const float* gradients;
  float *first, *second;
  std::size_t count;

  Run part(std::int64_t begin, std::int64_t end) const {
    return {weights + begin, gradients + begin, first ? first + begin : first,
            second ? second + begin : second, static_cast<std::size_t>(end - begin)};
  }
};

void run_on_cpu(const Rule& rule, const Run& run) {
  at::parallel_for(
      0, static_cast<std::int64_t>(run.count), grain, [&](std::int64_t begin, std::int64_t end) {
        const Run part = run.part(begin, end);
        if (const auto* step = std::get_if<AdamStep>(&rule))
          adam(*step, part.weights, part.gradients, part.first, part.second, part.count);
        else
          sgd(std::get<SgdStep>(rule), part.weights, part.gradients, part.first, part.count);
      });
}

void run_on_gpu(const Rule& rule, const Run& run, void* stream) {
  if (const auto* step = std::get_if<AdamStep>(&rule))
    adam_on_gpu(*step, run.weights, run.gradients, run.first, run.second, run.count, stream);
  else
    sgd_on_gpu(std::get<SgdStep>(rule), run.weights, run.gradients, run.first, run.count, stream);
}

}  // namespace

Optimizer::Optimizer(const OptimizerSettings& settings, std::vector<torch::Tensor> parameters)
    : settings_(settings), names_(names_of(settings)), parameters_(std::move(parameters)) {}

void Optimizer::step(const torch::Tensor& gradients, double learning_rate, double factor) {
  if (memory_.empty()) make_memory();
  ++steps_;
  const Rule rule = rule_of(settings_, learning_rate, factor, steps_);
  const float* next = gradients.data_ptr<float>();
  for (std::size_t k = 0; k < parameters_.size(); ++k) {
    const auto place = [&](std::size_t n) {
      return n < names_.size() ? memory_[k][n].data_ptr<float>() : nullptr;
    };
    const auto count = static_cast<std::size_t>(parameters_[k].numel());
    const Run run{parameters_[k].data_ptr<float>(), next, place(0), place(1), count};
    if (gradients.is_cuda())
      run_on_gpu(rule, run, current_stream(gradients.device()));
    else
      run_on_cpu(rule, run);
    next += count;
  }
}

std::vector<NamedTensor> Optimizer::memory() const {
  std::vector<NamedTensor> places;
  for (std::size_t k = 0; k < memory_.size(); ++k) {
    for (std::size_t n = 0; n < names_.size(); ++n)
      places.push_back({"optimizer/" + std::to_string(k) + "/" + names_[n], memory_[k][n]});
  }
  return places;
}

void Optimizer::restore(std::size_t steps) {
  steps_ = steps;
  memory_.clear();
  if (steps > 0) make_memory();
}

void Optimizer::make_memory() {
  for (const auto& parameter : parameters_) {
    auto& own = memory_.emplace_back();
    for (std::size_t n = 0; n < names_.size(); ++n)
      own.push_back(torch::zeros_like(parameter.detach()));
  }
}

}  // namespace weir
