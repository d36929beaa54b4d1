#include "src/surrogate/plan.h"

namespace weir {

std::size_t TensorPlan::values() const {
  std::size_t n = 1;
  for (const auto extent : shape) n *= extent;
  return n;
}

std::size_t ModelPlan::values() const {
  std::size_t n = 0;
  for (const auto& tensor : tensors) n += tensor.values();
  return n;
}

std::size_t ModelShape::outputs() const {
  std::size_t n = 0;
  for (const auto& field : fields) n += field.size();
  return n;
}

ModelShape model_shape(const Study& study) {
  return {.inputs = study.parameters.size() + 1,
          .fields = study.simulation.fields,
          .state = study.training.samples.kind == SampleKind::autoregressive,
          .increment = study.training.samples.kind == SampleKind::autoregressive &&
                       study.training.samples.prediction == Prediction::increment};
}

namespace {

ModelPlan plan_network(const ModelSettings& settings, const ModelShape& shape) {
  switch (settings.kind) {
    case ModelKind::mlp:
      return plan_mlp(settings, shape);
    case ModelKind::decoder:
      return plan_decoder(settings, shape);
    case ModelKind::unet:
      return plan_unet(settings, shape);
    case ModelKind::fno:
      return plan_fno(settings, shape);
    case ModelKind::deeponet:
      return plan_deeponet(settings, shape);
    case ModelKind::autoencoder:
      return plan_autoencoder(settings, shape);
    case ModelKind::torchscript:
    case ModelKind::plugin:
      break;
  }
  return {};
}

}  // namespace

ModelPlan plan_model(const ModelSettings& settings, const ModelShape& shape) {
  ModelPlan plan = plan_network(settings, shape);
  if (shape.increment) plan.operations.push_back({.from = {"s", "h"}, .function = Add{}});
  return plan;
}

}  // namespace weir
