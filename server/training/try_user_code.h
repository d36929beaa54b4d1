#pragma once
// What a study takes from its user, tried before anything is received.

#include "server/plugin/plugged.h"
#include "src/study/study.h"

namespace weir {

/// Makes whatever the study names of plug-ins, loads the model that it takes from a file of the
/// user's, and runs a batch of zeros through model and loss, so that what is wrong with them, or a
/// precision that the server does not have, is said before a simulation runs. Errors: Error{input}.
void try_user_code(const Study& study, const Plugged& plugged);

}  // namespace weir
