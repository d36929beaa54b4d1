#include "server/sampling/strategies.h"

#include "server/plugin/lookup.h"
#include "server/sampling/loss_strategy.h"

namespace weir {

std::shared_ptr<SamplingStrategy> make_strategy(const AdaptiveSettings& settings,
                                                const Plugged& plugged) {
  if (settings.kind == Refinement::loss) return std::make_shared<LossStrategy>();
  return make_registered({"sampling strategy", "/sampling/adaptive/name", settings.name},
                         plugged.registry.strategies(), plugged.shape);
}

}  // namespace weir
