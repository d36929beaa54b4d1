#pragma once
// From few values to fields on a grid: what `decoder` is, and the second half of `autoencoder`.

#include <cstddef>

#include "src/surrogate/plan_writer.h"

namespace weir {

/// h: [B, from] → [B, outputs]. A linear layer makes the coarsest grid of channels, each level
/// doubles it and convolves. Adds the tensors lift, up.LEVEL and head.
void add_decoder(PlanWriter& writer, const ModelSettings& settings, const ModelShape& shape,
                 std::size_t from);

}  // namespace weir
