#include "server/training/loss.h"

#include <algorithm>

#include "server/training/losses.h"
#include "src/core/error.h"
#include "src/core/planted_bug.h"

namespace weir {
namespace {

double weight_of(const Study& study, const std::string& field) {
  const auto& weights = study.training.loss.weights;
  const auto found = weights.find(field);
  return found == weights.end() || WEIR_BUG("field_weight_ignored") ? 1 : found->second;
}

std::unique_ptr<Loss> plugged_loss(const Study& study, const LossFactories& plugged) {
  const auto found = plugged.find(study.training.loss.name);
  if (found != plugged.end()) return found->second(study);
  std::string names;
  for (const auto& [name, factory] : plugged) names += (names.empty() ? "" : ", ") + name;
  throw Error(ErrorKind::input, "/training/loss/name: no plug-in has a loss \"" +
                                    study.training.loss.name + "\"; there is " +
                                    (names.empty() ? "none" : names) +
                                    "; name the plug-in's library in /server/plugins");
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

std::unique_ptr<Loss> make_loss(const Study& study, const LossFactories& plugged) {
  switch (study.training.loss.kind) {
    case LossKind::mse:
    case LossKind::l1:
    case LossKind::huber:
      return make_pointwise_loss(study);
    case LossKind::relative_l2:
      return make_relative_loss(study);
    case LossKind::sobolev:
      return make_sobolev_loss(study);
    case LossKind::plugin:
      break;
  }
  return plugged_loss(study, plugged);
}

}  // namespace weir
