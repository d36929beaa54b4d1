#pragma once
// The loss of a study.

#include <memory>

#include "server/plugin/plugged.h"
#include "src/study/study.h"
#include "weir/server/loss.h"

namespace weir {

/// The loss that the study names, for tensors on `device`; docs/training.md has the formulas.
/// `study` and `plugged` may end before it. That of a plug-in is watched: what it throws, and what
/// is not one FP32 value a sample, becomes Error{study} with its name. Error{input}: a loss of a
/// plug-in that is not registered or cannot be made.
std::unique_ptr<Loss> make_loss(const Study& study, const Plugged& plugged = {},
                                const torch::Device& device = torch::kCPU);

}  // namespace weir
