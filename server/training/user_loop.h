#pragma once
// The training loop that a study names.

#include <memory>
#include <vector>

#include "server/plugin/plugged.h"
#include "server/tensors/state_tensors.h"
#include "src/study/study.h"
#include "weir/server/training_loop.h"

namespace weir {

/// Made and begun; null when the study names none. Error{input}: it is not registered, or cannot be
/// made or begun. It refers to `model` and `loss`.
std::shared_ptr<TrainingLoop> make_loop(const Study& study, const Plugged& plugged, Model& model,
                                        const Loss& loss);

/// What it has saved, as loop/NAME. Errors: Error{input} when a name comes twice, a tensor is none
/// or not on the CPU, or it throws.
std::vector<NamedTensor> loop_state(TrainingLoop& loop, const Study& study);

}  // namespace weir
