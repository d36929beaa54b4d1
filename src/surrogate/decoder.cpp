#include <string>

#include "src/surrogate/grids.h"
#include "src/surrogate/plan_writer.h"

namespace weir {

ModelPlan plan_decoder(const ModelSettings& settings, const ModelShape& shape) {
  const auto& channels = settings.channels;
  const auto grids = coarser_grids(shape.fields.front().shape, channels.size());
  const std::size_t axes = grids.front().size(), coarsest = channels.size() - 1;
  PlanWriter writer(settings.activation);

  std::size_t points = 1;
  for (const auto extent : grids[coarsest]) points *= extent;
  writer.linear("lift", shape.inputs, channels[coarsest] * points);
  writer.activate();
  std::string place = "[h.size(0), " + std::to_string(channels[coarsest]);
  for (const auto extent : grids[coarsest]) place += ", " + std::to_string(extent);
  writer.statement("h = h.reshape(" + place + "])");

  for (std::size_t level = coarsest; level-- > 0;) {
    writer.resize(grids[level]);
    writer.convolution("up." + std::to_string(level), channels[level + 1], channels[level], axes,
                       /*kernel=*/3);
    writer.activate();
  }
  writer.convolution("head", channels.front(), shape.fields.size(), axes, /*kernel=*/3);
  writer.flatten(shape);
  return writer.take();
}

}  // namespace weir
