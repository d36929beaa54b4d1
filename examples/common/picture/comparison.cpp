#include "examples/common/picture/comparison.h"

#include <algorithm>
#include <cmath>

#include <torch/script.h>

#include "server/data/data_set.h"
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

torch::Tensor predict(torch::jit::Module& model, const weir::Study& study,
                      const std::vector<double>& parameters) {
  const auto& axis = study.simulation.time;
  std::vector<double> inputs = parameters;
  inputs.push_back(axis.first + static_cast<double>(study.simulation.steps - 1) * axis.step);
  const auto x = torch::tensor(inputs, torch::kFloat64).to(torch::kFloat32).unsqueeze(0);
  try {
    return model.forward({x}).toTensor().contiguous();
  } catch (const std::exception& error) {
    throw Error(ErrorKind::input, std::string("the model does not take the inputs of the study (") +
                                      std::to_string(inputs.size()) + "): " + error.what());
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

double relative_l2(const std::vector<float>& solver, const std::vector<float>& surrogate) {
  double difference = 0, norm = 0;
  for (std::size_t k = 0; k < solver.size(); ++k) {
    difference += std::pow(double{surrogate[k]} - solver[k], 2);
    norm += std::pow(double{solver[k]}, 2);
  }
  return norm > 0 ? std::sqrt(difference / norm) : std::sqrt(difference);
}

FieldComparison compare_field(const float* solver, const float* surrogate, std::size_t size) {
  FieldComparison result{{solver, solver + size}, {surrogate, surrogate + size}};
  result.relative_l2 = relative_l2(result.solver, result.surrogate);
  return result;
}

Comparison compare(torch::jit::Module& model, const weir::Study& study, const weir::DataSet& data,
                   std::size_t simulation) {
  std::vector<float> values(study.simulation.sample_size());
  const auto own = data.parameters(simulation);
  Comparison result;
  result.simulation = simulation;
  result.parameters.assign(own.begin(), own.end());
  data.read((simulation + 1) * data.steps() - 1, values);
  const auto prediction = predict(model, study, result.parameters);
  require_values(prediction, values.size());
  const float* predicted = prediction.data_ptr<float>();
  const float* computed = values.data();
  for (const auto& field : study.simulation.fields) {
    result.fields.push_back(compare_field(computed, predicted, field.size()));
    result.relative_l2 += result.fields.back().relative_l2;
    computed += field.size(), predicted += field.size();
  }
  result.relative_l2 /= static_cast<double>(result.fields.size());
  return result;
}

}  // namespace

std::vector<Comparison> compare_last_steps(const weir::Study& study,
                                           const std::filesystem::path& model) {
  for (const auto& field : study.simulation.fields)
    if (field.shape.size() != 2)
      throw Error(ErrorKind::input, "the field '" + field.name + "' has " +
                                        std::to_string(field.shape.size()) +
                                        " axes; the picture wants two");
  const torch::NoGradGuard no_gradients;
  auto module = load(model);
  const weir::DataSet data(study.validation.dataset, study);
  std::vector<Comparison> all;
  for (std::size_t k = 0; k < data.simulations(); ++k)
    all.push_back(compare(module, study, data, k));
  if (all.empty())
    throw Error(ErrorKind::input,
                "the data set '" + study.validation.dataset.string() + "' has no simulation");
  std::sort(all.begin(), all.end(),
            [](const auto& a, const auto& b) { return a.relative_l2 < b.relative_l2; });
  return all;
}

}  // namespace picture
