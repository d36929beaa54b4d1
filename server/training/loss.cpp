#include "server/training/loss.h"

#include <algorithm>

#include "server/plugin/lookup.h"
#include "server/training/losses.h"
#include "server/training/tensor_text.h"
#include "src/core/error.h"
#include "src/core/planted_bug.h"

namespace weir {
namespace {

double weight_of(const Study& study, const std::string& field) {
  const auto& weights = study.training.loss.weights;
  const auto found = weights.find(field);
  return found == weights.end() || WEIR_BUG("field_weight_ignored") ? 1 : found->second;
}

/// A plug-in's, which is not trusted to keep its contract.
class WatchedLoss final : public Loss {
 public:
  WatchedLoss(const std::string& name, std::shared_ptr<Loss> loss)
      : place_("the loss \"" + name + '"'), loss_(std::move(loss)) {}

  torch::Tensor operator()(const torch::Tensor& prediction,
                           const torch::Tensor& target) const override {
    auto losses =
        call_user_code(ErrorKind::study, place_, [&] { return (*loss_)(prediction, target); });
    if (losses.defined() && losses.dim() == 1 && losses.size(0) == target.size(0) &&
        losses.scalar_type() == torch::kFloat32)
      return losses;
    throw Error(ErrorKind::study, place_ + " gives " + described(losses) + " for " +
                                      std::to_string(target.size(0)) +
                                      " samples; expected one Float a sample, of shape [" +
                                      std::to_string(target.size(0)) + "]");
  }

 private:
  const std::string place_;
  const std::shared_ptr<Loss> loss_;
};

std::unique_ptr<Loss> plugged_loss(const std::string& name, const Plugged& plugged) {
  return std::make_unique<WatchedLoss>(
      name, make_registered({"loss", "/training/loss/name", name}, plugged.registry.losses(),
                            plugged.shape));
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

std::unique_ptr<Loss> make_loss(const Study& study, const Plugged& plugged) {
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
  return plugged_loss(study.training.loss.name, plugged);
}

}  // namespace weir
