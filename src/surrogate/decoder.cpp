#include <string>

#include "src/surrogate/grids.h"
#include "src/surrogate/plan_writer.h"

namespace weir {

ModelPlan plan_decoder(const ModelSettings& settings, const ModelShape& shape) {
  const auto& channels = settings.channels;
  const auto grids = coarser_grids(shape.fields.front().shape, channels.size());
  const std::size_t axes = grids.front().size(), coarsest = channels.size() - 1;
  PlanWriter writer(settings.activation, shape);

  std::vector<std::size_t> place = {channels[coarsest]};
  std::size_t points = 1;
  for (const auto extent : grids[coarsest]) {
    place.push_back(extent);
    points *= extent;
  }
  writer.linear("lift", shape.inputs, channels[coarsest] * points);
  writer.activate();
  writer.reshape(place);

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
