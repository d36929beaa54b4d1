#pragma once
// A transform of samples: changes each batch before it is trained on (noise, symmetries, scaling).

#include "weir/server/sample_batch.h"

namespace weir {

/// Used by the trainer's thread alone; made once on each rank. Validations and what is exported see
/// no transform.
class Transform {
 public:
  virtual ~Transform() = default;
  /// The samples of a step on this rank: up to StudyShape::batch × StudyShape::accumulate of them.
  /// May change the tensors in place, or put others of the same shape and type there. LibTorch's
  /// generator has been seeded from the study's seed, the step and the rank: who draws from it, and
  /// keeps nothing from batch to batch, repeats its bits after a restart. What it throws ends the
  /// study with its text, and so does another shape.
  virtual void operator()(SampleBatch& batch) = 0;
};

}  // namespace weir
