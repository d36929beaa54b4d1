#pragma once
// The strategy that a study names.

#include <memory>

#include "server/sampling/strategy.h"
#include "src/study/study.h"

namespace weir {

/// Precondition: the sampling is adaptive. Error{input}: no plug-in has given a strategy of that
/// name.
std::shared_ptr<SamplingStrategy> make_strategy(const AdaptiveSettings& settings);

}  // namespace weir
