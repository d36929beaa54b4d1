#pragma once
// The strategy that a study names.

#include <memory>

#include "server/plugin/plugged.h"
#include "server/sampling/strategy.h"

namespace weir {

/// Precondition: the sampling is adaptive. Error{input}: the strategy of a plug-in that is not
/// registered, or cannot be made.
std::shared_ptr<SamplingStrategy> make_strategy(const AdaptiveSettings& settings,
                                                const Plugged& plugged);

}  // namespace weir
