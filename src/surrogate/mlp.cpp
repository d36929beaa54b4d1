#include <string>

#include "src/surrogate/plan_writer.h"

namespace weir {
namespace {

constexpr const char* two_pi = "6.283185307179586";

/// [B, inputs] → [B, 2 × features].
void add_fourier_features(PlanWriter& writer, const ModelSettings& settings, std::size_t inputs) {
  const auto frequencies = writer.tensor({"frequencies",
                                          {settings.fourier_features, inputs},
                                          Start::normal,
                                          settings.fourier_scale,
                                          /*trained=*/false});
  writer.statement(std::string("h = ") + two_pi + " * torch.matmul(h, " + frequencies + ".t())");
  writer.statement("h = torch.cat([torch.sin(h), torch.cos(h)], 1)");
}

}  // namespace

ModelPlan plan_mlp(const ModelSettings& settings, const ModelShape& shape) {
  PlanWriter writer(settings.activation);
  std::size_t width = shape.inputs;
  if (settings.fourier_features > 0) {
    add_fourier_features(writer, settings, width);
    width = 2 * settings.fourier_features;
  }
  std::size_t layer = 0;
  for (const auto next : settings.hidden) {
    const bool adds = settings.residual && next == width;
    if (adds) writer.statement("r = h");
    writer.linear("layers." + std::to_string(layer++), width, next);
    writer.activate();
    if (adds) writer.statement("h = r + h");
    width = next;
  }
  writer.linear("layers." + std::to_string(layer), width, shape.outputs());
  return writer.take();
}

}  // namespace weir
