#pragma once
// The parts of check_study(): what the keys of one topic must be to each other and to the rest.
// Each throws Error{input} naming the pointer of the key to change.

#include "src/study/study.h"

namespace weir {

void check_templates(const Study& study);

}  // namespace weir
