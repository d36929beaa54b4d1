#pragma once
// The fields of an evaluation as pictures, for trackers.

#include <vector>

#include "server/evaluation/evaluation.h"
#include "server/metrics/event_folder.h"

namespace weir {

/// Of the best, the median and the worst simulation each field: "evaluation/best/u/truth",
/// …/prediction and …/difference (prediction − truth), a pixel a value, with what the colours
/// stand for in words. Truth and prediction have the same colours.
std::vector<TaggedPicture> pictures_of(const Evaluation& evaluation, const Study& study);

}  // namespace weir
