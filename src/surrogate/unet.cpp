#include <string>

#include "src/surrogate/grids.h"
#include "src/surrogate/plan_writer.h"

namespace weir {
namespace {

void add_block(PlanWriter& writer, const std::string& name, std::size_t from, std::size_t to,
               std::size_t axes) {
  writer.convolution(name + ".0", from, to, axes, /*kernel=*/3);
  writer.activate();
  writer.convolution(name + ".1", to, to, axes, /*kernel=*/3);
  writer.activate();
}

}  // namespace

ModelPlan plan_unet(const ModelSettings& settings, const ModelShape& shape) {
  const auto& channels = settings.channels;
  const auto grids = coarser_grids(shape.fields.front().shape, channels.size());
  const std::size_t axes = grids.front().size();
  PlanWriter writer(settings.activation, shape);

  add_block(writer, "down.0", writer.lift(shape), channels[0], axes);
  for (std::size_t level = 1; level < channels.size(); ++level) {
    const std::string number = std::to_string(level), above = std::to_string(level - 1);
    writer.keep("b" + above);
    writer.pool(axes);
    add_block(writer, "down." + number, channels[level - 1], channels[level], axes);
  }
  for (std::size_t level = channels.size() - 1; level-- > 0;) {
    const std::string number = std::to_string(level);
    writer.resize(grids[level]);
    writer.append("b" + number);
    add_block(writer, "up." + number, channels[level + 1] + channels[level], channels[level], axes);
  }
  writer.convolution("head", channels[0], shape.fields.size(), axes, /*kernel=*/1);
  writer.flatten(shape);
  return writer.take();
}

}  // namespace weir
