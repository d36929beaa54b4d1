#include "server/losses/loss.h"

#include "server/losses/losses.h"
#include "server/losses/watched_loss.h"
#include "server/plugin/lookup.h"

namespace weir {
namespace {

std::unique_ptr<Loss> plugged_loss(const std::string& name, const Plugged& plugged) {
  return watch_loss(name, make_registered({"loss", "/training/loss/name", name},
                                          plugged.registry.losses(), plugged.shape));
}

}  // namespace

std::unique_ptr<Loss> make_loss(const Study& study, const Plugged& plugged,
                                const torch::Device& device) {
  switch (study.training.loss.kind) {
    case LossKind::mse:
    case LossKind::l1:
    case LossKind::huber:
      return make_pointwise_loss(study, device);
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
