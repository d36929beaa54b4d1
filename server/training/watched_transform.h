#pragma once
// The transform of samples that a study names.

#include <memory>

#include "server/plugin/plugged.h"
#include "src/study/study.h"
#include "weir/server/transform.h"

namespace weir {

/// Null when the study names none. It is watched: what it throws, and tensors of another shape or
/// type, become Error{study} with its name. Error{input}: it is not registered or cannot be made.
std::unique_ptr<Transform> make_transform(const Study& study, const Plugged& plugged);

}  // namespace weir
