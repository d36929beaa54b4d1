#include "server/training/try_user_code.h"

#include <functional>
#include <string>

#include "server/losses/loss.h"
#include "server/models/study_model.h"
#include "server/plugin/lookup.h"
#include "server/training/autocast.h"
#include "server/training/user_loop.h"
#include "server/training/watched_transform.h"
#include "weir/server/strategy.h"

namespace weir {
namespace {

/// Found later, it would be an error of the study.
void as_input(const std::string& place, const std::function<void()>& call) {
  try {
    call();
  } catch (const Error& error) {
    throw Error(ErrorKind::input, place + error.what());
  }
}

void try_model(const Study& study, const Plugged& plugged) {
  const auto kind = study.training.model.kind;
  if (kind == ModelKind::torchscript || kind == ModelKind::plugin) make_model(study, plugged);
}

void try_loss(const Study& study, const Plugged& plugged) {
  if (study.training.loss.kind != LossKind::plugin) return;
  const auto loss = make_loss(study, plugged);
  const auto zeros = torch::zeros({2, static_cast<std::int64_t>(plugged.shape.outputs())});
  as_input("/training/loss/name: ", [&] { (*loss)(zeros, zeros); });
}

void try_strategy(const Study& study, const Plugged& plugged) {
  const auto& adaptive = study.sampling.adaptive;
  if (adaptive.kind != Refinement::plugin) return;
  make_registered({"sampling strategy", "/sampling/adaptive/name", adaptive.name},
                  plugged.registry.strategies(), plugged.shape);
}

void try_transform(const Study& study, const Plugged& plugged) {
  const auto transform = make_transform(study, plugged);
  if (!transform) return;
  const auto wide = static_cast<std::int64_t>(plugged.shape.outputs());
  SampleBatch zeros;
  zeros.inputs = torch::zeros({2, static_cast<std::int64_t>(plugged.shape.inputs())});
  if (plugged.shape.autoregressive) zeros.state = torch::zeros({2, wide});
  zeros.targets = torch::zeros({2, wide});
  zeros.names.resize(2);
  zeros.total = 2;
  as_input("/training/transform: ", [&] { (*transform)(zeros); });
}

void try_loop(const Study& study, const Plugged& plugged) {
  if (study.training.loop.empty()) return;
  const auto model = make_model(study, plugged);
  const auto loss = make_loss(study, plugged);
  const auto loop = make_loop(study, plugged, *model, *loss);
  copies_of(loop_state(*loop, study), std::make_shared<RecycledMemory>());
}

}  // namespace

void try_user_code(const Study& study, const Plugged& plugged) {
  try_model(study, plugged);
  try_loss(study, plugged);
  try_transform(study, plugged);
  try_loop(study, plugged);
  try_strategy(study, plugged);
}

}  // namespace weir
