#include "src/surrogate/decoder.h"

#include <string>

#include "src/surrogate/grids.h"

namespace weir {

void add_decoder(PlanWriter& writer, const ModelSettings& settings, const ModelShape& shape,
                 std::size_t from) {
  const auto& channels = settings.channels;
  const auto grids = coarser_grids(shape.fields.front().shape, channels.size());
  const std::size_t axes = grids.front().size(), coarsest = channels.size() - 1;

  std::vector<std::size_t> place = {channels[coarsest]};
  place.insert(place.end(), grids[coarsest].begin(), grids[coarsest].end());
  writer.linear("lift", from, channels[coarsest] * points_of(grids[coarsest]));
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
}

ModelPlan plan_decoder(const ModelSettings& settings, const ModelShape& shape) {
  PlanWriter writer(settings.activation, shape);
  add_decoder(writer, settings, shape, shape.inputs);
  return writer.take();
}

}  // namespace weir
