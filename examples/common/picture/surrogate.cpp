#include "examples/common/picture/surrogate.h"

#include "src/core/error.h"

namespace picture {
namespace {

using weir::Error;
using weir::ErrorKind;

torch::jit::Module load(const std::filesystem::path& model) {
  try {
    return torch::jit::load(model.string());
  } catch (const c10::Error& error) {
    throw Error(ErrorKind::input, "the model '" + model.string() +
                                      "' cannot be read: " + error.what_without_backtrace());
  }
}

void require_values(const torch::Tensor& prediction, std::size_t expected) {
  if (prediction.dim() == 2 && prediction.size(0) == 1 &&
      prediction.size(1) == static_cast<std::int64_t>(expected))
    return;
  throw Error(ErrorKind::input, "the model gives " + std::to_string(prediction.numel()) +
                                    " values, not the " + std::to_string(expected) +
                                    " of the study's fields; use the model of this study");
}

std::vector<float> values_of(const torch::Tensor& row) {
  const float* const first = row.data_ptr<float>();
  return {first, first + row.numel()};
}

}  // namespace

Surrogate::Surrogate(const weir::Study& study, const weir::DataSet& data,
                     const std::filesystem::path& model)
    : study_(study), data_(data), model_(load(model)) {}

std::vector<std::vector<float>> Surrogate::predict(std::size_t simulation,
                                                   const std::vector<std::size_t>& steps) {
  const torch::NoGradGuard no_gradients;
  std::vector<std::vector<float>> result;
  if (is_autoregressive()) {
    const auto all = rolled_out(simulation, steps.back());
    for (const auto step : steps) result.push_back(values_of(all[step]));
  } else {
    for (const auto step : steps)
      result.push_back(values_of(direct(simulation * data_.steps() + step)));
  }
  return result;
}

bool Surrogate::is_autoregressive() const {
  return study_.training.samples.kind == weir::SampleKind::autoregressive;
}

/// What the solver says.
torch::Tensor Surrogate::row(std::size_t sample) const {
  std::vector<float> values(study_.simulation.sample_size());
  data_.read(sample, values);
  return torch::tensor(values).unsqueeze(0);
}

torch::Tensor Surrogate::direct(std::size_t sample) { return ask({inputs(sample)}); }

std::vector<torch::Tensor> Surrogate::rolled_out(std::size_t simulation, std::size_t last) {
  const std::size_t first = simulation * data_.steps(), lead = study_.training.samples.lead;
  std::vector<torch::Tensor> states;
  for (std::size_t step = 0; step <= last; ++step) {
    const bool known = step < lead;
    states.push_back(known ? row(first + step) : ask({inputs(first + step), states[step - lead]}));
  }
  return states;
}

torch::Tensor Surrogate::inputs(std::size_t sample) const {
  const auto own = data_.parameters(sample / data_.steps());
  std::vector<double> inputs(own.begin(), own.end());
  inputs.push_back(data_.time(sample));
  return torch::tensor(inputs, torch::kFloat64).to(torch::kFloat32).unsqueeze(0);
}

torch::Tensor Surrogate::ask(std::vector<c10::IValue> arguments) {
  torch::Tensor prediction;
  try {
    prediction = model_.forward(std::move(arguments)).toTensor().contiguous();
  } catch (const std::exception& error) {
    throw Error(ErrorKind::input, std::string("the model does not take the inputs of the study (") +
                                      std::to_string(study_.parameters.size() + 1) +
                                      "): " + error.what());
  }
  require_values(prediction, study_.simulation.sample_size());
  return prediction;
}

}  // namespace picture
