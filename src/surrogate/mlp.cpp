#include <string>

#include "src/surrogate/plan_writer.h"

namespace weir {
namespace {

/// [B, inputs] → [B, 2 × features].
void add_fourier_features(PlanWriter& writer, const ModelSettings& settings, std::size_t inputs) {
  const auto frequencies = writer.tensor({"frequencies",
                                          {settings.fourier_features, inputs},
                                          Start::normal,
                                          settings.fourier_scale,
                                          /*trained=*/false});
  writer.apply({.function = Waves{frequencies}});
}

}  // namespace

ModelPlan plan_mlp(const ModelSettings& settings, const ModelShape& shape) {
  PlanWriter writer(settings.activation, shape);
  std::size_t width = shape.inputs;
  if (settings.fourier_features > 0) {
    add_fourier_features(writer, settings, width);
    width = 2 * settings.fourier_features;
  }
  if (shape.state) {
    writer.append("s");
    width += shape.outputs();
  }
  std::size_t layer = 0;
  for (const auto next : settings.hidden) {
    const bool adds = settings.residual && next == width;
    if (adds) writer.keep("r");
    writer.linear("layers." + std::to_string(layer++), width, next);
    writer.activate();
    if (adds) writer.add("r");
    width = next;
  }
  writer.linear("layers." + std::to_string(layer), width, shape.outputs());
  return writer.take();
}

}  // namespace weir
