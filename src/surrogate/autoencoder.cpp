#include <string>

#include "src/surrogate/decoder.h"
#include "src/surrogate/grids.h"
#include "src/surrogate/plan_writer.h"

namespace weir {

ModelPlan plan_autoencoder(const ModelSettings& settings, const ModelShape& shape) {
  const auto& channels = settings.channels;
  const auto grids = coarser_grids(shape.fields.front().shape, channels.size());
  const std::size_t axes = grids.front().size();
  const std::size_t values = channels.back() * points_of(grids.back());
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

  add_decoder(writer, settings, shape, settings.latent);
  return writer.take();
}

}  // namespace weir
