#include "examples/common/picture/comparison.h"

#include <algorithm>
#include <cmath>

#include "examples/common/picture/surrogate.h"
#include "server/data/data_set.h"
#include "src/core/error.h"

namespace picture {
namespace {

using weir::Error;
using weir::ErrorKind;

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

Comparison compare(const weir::Study& study, const weir::DataSet& data, std::size_t sample,
                   const std::vector<float>& predicted) {
  std::vector<float> computed(study.simulation.sample_size());
  data.read(sample, computed);
  Comparison result;
  result.simulation = sample / data.steps();
  result.step = sample % data.steps();
  result.time = data.time(sample);
  const auto own = data.parameters(result.simulation);
  result.parameters.assign(own.begin(), own.end());
  std::size_t offset = 0;
  for (const auto& field : study.simulation.fields) {
    result.fields.push_back(compare_field(&computed[offset], &predicted[offset], field.size()));
    result.relative_l2 += result.fields.back().relative_l2;
    offset += field.size();
  }
  result.relative_l2 /= static_cast<double>(result.fields.size());
  return result;
}

std::vector<Comparison> compare(const weir::Study& study, const weir::DataSet& data,
                                Surrogate& surrogate, std::size_t simulation,
                                const std::vector<std::size_t>& steps) {
  const auto predicted = surrogate.predict(simulation, steps);
  std::vector<Comparison> result;
  for (std::size_t k = 0; k < steps.size(); ++k)
    result.push_back(compare(study, data, simulation * data.steps() + steps[k], predicted[k]));
  return result;
}

void require_two_axes(const weir::Study& study) {
  for (const auto& field : study.simulation.fields)
    if (field.shape.size() != 2)
      throw Error(ErrorKind::input, "the field '" + field.name + "' has " +
                                        std::to_string(field.shape.size()) +
                                        " axes; the picture wants two");
}

}  // namespace

std::vector<Comparison> compare_last_steps(const weir::Study& study,
                                           const std::filesystem::path& model) {
  require_two_axes(study);
  const weir::DataSet data(study.validation.dataset, study);
  Surrogate surrogate(study, data, model);
  std::vector<Comparison> all;
  for (std::size_t k = 0; k < data.simulations(); ++k)
    all.push_back(compare(study, data, surrogate, k, {data.steps() - 1}).front());
  if (all.empty())
    throw Error(ErrorKind::input,
                "the data set '" + study.validation.dataset.string() + "' has no simulation");
  std::sort(all.begin(), all.end(),
            [](const auto& a, const auto& b) { return a.relative_l2 < b.relative_l2; });
  return all;
}

std::vector<Comparison> compare_steps(const weir::Study& study, const std::filesystem::path& model,
                                      std::size_t simulation,
                                      const std::vector<std::size_t>& steps) {
  require_two_axes(study);
  const weir::DataSet data(study.validation.dataset, study);
  Surrogate surrogate(study, data, model);
  return compare(study, data, surrogate, simulation, steps);
}

}  // namespace picture
