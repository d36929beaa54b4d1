#include "server/models/study_model.h"

#include "server/models/probe.h"
#include "server/models/torchscript_model.h"
#include "server/plugin/lookup.h"

namespace weir {
namespace {

std::shared_ptr<Model> given_by_file(const Study& study) {
  const auto& file = study.training.model.file;
  const auto shape = model_shape(study);
  auto model = load_torchscript(file, shape.state, shape.increment);
  probe(*model, shape, "/training/model/file: " + file.string());
  return model;
}

std::shared_ptr<Model> given_by_plugin(const Study& study, const Plugged& plugged) {
  const auto& name = study.training.model.name;
  torch::manual_seed(study.seed);
  auto model = make_registered({"model", "/training/model/name", name}, plugged.registry.models(),
                               plugged.shape);
  probe(*model, model_shape(study), "/training/model/name: the model \"" + name + '"');
  return model;
}

}  // namespace

std::shared_ptr<Model> make_model(const Study& study, const Plugged& plugged) {
  const auto& settings = study.training.model;
  if (settings.kind == ModelKind::torchscript) return given_by_file(study);
  if (settings.kind == ModelKind::plugin) return given_by_plugin(study, plugged);
  return make_model(plan_model(settings, model_shape(study)), Random(study.seed, "model"));
}

}  // namespace weir
