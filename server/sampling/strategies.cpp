#include "server/sampling/strategies.h"

#include "server/sampling/loss_strategy.h"
#include "src/core/error.h"

namespace weir {

std::shared_ptr<SamplingStrategy> make_strategy(const AdaptiveSettings& settings) {
  if (settings.kind == Refinement::loss) return std::make_shared<LossStrategy>();
  throw Error(ErrorKind::input, "/sampling/adaptive/name: no plug-in has a sampling strategy \"" +
                                    settings.name + "\"");
}

}  // namespace weir
