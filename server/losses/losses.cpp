#include "server/losses/losses.h"

#include <algorithm>
#include <string>

#include "src/core/planted_bug.h"

namespace weir {
namespace {

double weight_of(const Study& study, const std::string& field) {
  const auto& weights = study.training.loss.weights;
  const auto found = weights.find(field);
  return found == weights.end() || WEIR_BUG("field_weight_ignored") ? 1 : found->second;
}

}  // namespace

std::vector<FieldPart> field_parts(const Study& study) {
  std::vector<FieldPart> parts;
  std::int64_t offset = 0;
  for (const auto& field : study.simulation.fields) {
    const auto size = static_cast<std::int64_t>(field.size());
    parts.push_back(
        {offset, size, {field.shape.begin(), field.shape.end()}, weight_of(study, field.name)});
    offset += size;
  }
  return parts;
}

torch::Tensor value_weights(const Study& study) {
  const auto parts = field_parts(study);
  if (std::all_of(parts.begin(), parts.end(), [](const auto& part) { return part.weight == 1; }))
    return {};
  std::vector<torch::Tensor> weights;
  for (const auto& part : parts) weights.push_back(torch::full({part.size}, part.weight));
  return torch::cat(weights).to(torch::kFloat32);
}

}  // namespace weir
