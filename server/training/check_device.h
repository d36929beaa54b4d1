#pragma once
// Whether a rank has the device that its study asks for.

#include <cstddef>

#include "src/study/study.h"

namespace weir {

/// Before any client is let in: the trainer would find the same. Error{environment}: it has not
/// (server/tensors/gpu_choice.h); Error{input}: the device does not have the study's precision.
void check_device(const Study& study, std::size_t local_rank);

}  // namespace weir
