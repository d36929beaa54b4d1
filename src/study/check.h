#pragma once
// What the keys of a study must be to each other.

#include "src/study/study.h"

namespace weir {

/// Throws Error{input} naming the pointer of the key to change. Each key is in its own range
/// already.
void check_study(const Study& study);

}  // namespace weir
