#pragma once
// The model that a study names.

#include <memory>

#include "server/models/model.h"
#include "server/plugin/plugged.h"
#include "src/study/study.h"

namespace weir {

/// Made from its plan, with weights that the study's seed draws, or loaded from the user's file,
/// with the weights that it has. The same on every rank. Errors: Error{input} when LibTorch does
/// not compile the model, or the user's is not one that this study can train; it names what was
/// expected and what was found.
std::shared_ptr<Model> make_model(const Study& study, const Plugged& plugged = {});

}  // namespace weir
