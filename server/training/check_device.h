#pragma once
// Whether the ranks have the devices that their study asks for.

#include "server/collective/collective.h"
#include "src/study/study.h"

namespace weir {

/// Before any client is let in: the trainer would find the same. Collective. Error{environment}:
/// they have not (server/tensors/gpu_choice.h); Error{input}: the device does not have the study's
/// precision.
void check_device(const Study& study, Collective& collective);

}  // namespace weir
