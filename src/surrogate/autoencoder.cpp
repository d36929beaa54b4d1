#include <string>

#include "src/surrogate/grids.h"
#include "src/surrogate/plan_writer.h"

namespace weir {

ModelPlan plan_autoencoder(const ModelSettings& settings, const ModelShape& shape) {
  const auto& channels = settings.channels;
  const auto grids = coarser_grids(shape.fields.front().shape, channels.size());
  const std::size_t axes = grids.front().size(), coarsest = channels.size() - 1;
  std::size_t values = channels[coarsest];
  std::vector<std::size_t> place = {values};
  for (const auto extent : grids[coarsest]) {
    values *= extent;
    place.push_back(extent);
  }
  PlanWriter writer(settings.activation, shape);

  writer.keep("x");
  writer.state_on_grid("h", shape);
  std::size_t from = shape.fields.size();
  for (std::size_t level = 0; level < channels.size(); ++level) {
    if (level > 0) writer.pool(axes);
    writer.convolution("down." + std::to_string(level), from, channels[level], axes, /*kernel=*/3);
    writer.activate();
    from = channels[level];
  }
  writer.reshape({values});
  writer.append("x");
  writer.linear("latent", values + shape.inputs, settings.latent);

  writer.linear("lift", settings.latent, values);
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
