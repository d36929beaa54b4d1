#pragma once
// How much memory and disk the server of a study takes, estimated before it starts.

#include <cstddef>
#include <cstdint>

#include "src/study/study.h"

namespace weir {

/// Trainable values of the study's multilayer perceptron; its inputs are the parameters and the
/// time.
std::uint64_t model_values(const Study& study);

struct MemoryNeed {
  /// Bytes of all ranks' sample slabs, and of the steps that autoregressive samples keep of
  /// launcher.jobs simulations; training from a data set has none.
  double slab = 0;
  double model = 0;  ///< bytes of all ranks' weights, gradients and the two moments of Adam
  double total() const { return slab + model; }
};

/// Floating point: a capacity out of a file may overflow an integer of bytes.
MemoryNeed memory_need(const Study& study);

/// The largest buffer.capacity whose slabs fit into `bytes` beside the model.
std::uint64_t capacity_that_fits(const Study& study, double bytes);

/// Bytes of the study directory: logs and metrics, and three forms of the model; or of the recorded
/// data set.
double disk_need(const Study& study, bool record);

/// Bytes of the checkpoints at most: those that are kept and the one that is being written, of
/// which none shares a row with another.
double checkpoints_need(const Study& study);

}  // namespace weir
