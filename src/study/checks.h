#pragma once
// Checks of a study by topic, a file each. Each throws Error{input} naming the key to change.

#include "src/study/study.h"

namespace weir {

/// Adaptive sampling, and what it can be joined with.
void check_adaptive(const Study& study);

/// Where the files that are rendered for an attempt go.
void check_templates(const Study& study);

/// Losses, precision, and what their settings need.
void check_training(const Study& study);

/// Autoregressive samples: their lead, and models that take a state.
void check_samples(const Study& study);

/// What names the user's own files and what plug-ins bring, and what a loop of a plug-in's leaves
/// without meaning.
void check_user_code(const Study& study);

}  // namespace weir
