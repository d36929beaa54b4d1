#pragma once
// What machines can do, where a user gives no figure of their own: measured ones with their source,
// and assumptions for GPUs, of which none has been measured.

#include <cstddef>
#include <span>
#include <string_view>

#include "src/study/study.h"

namespace weir {

/// Rates of one server rank's processor. All are of what weir reaches, peaks of a vendor times an
/// efficiency.
struct Machine {
  std::string_view name;
  bool gpu = false;
  bool measured = false;
  double flops = 0;         ///< per second: of one thread, or of a GPU in FP32
  double flops_tf32 = 0;    ///< GPUs; 0: as FP32
  double flops_half = 0;    ///< bf16, fp16; 0: as FP32
  double memory_rate = 0;   ///< bytes per second, that weights are moved with
  double batch_rate = 0;    ///< bytes per second, that a batch comes to the processor with
  double sum_rate = 0;      ///< bytes per second, of the gradients over two ranks
  double step_seconds = 0;  ///< of a step that moves nothing
  std::string_view source;  ///< of these figures, for the user
};

std::span<const Machine> machines();
/// Null: there is none of that name.
const Machine* find_machine(std::string_view name);

/// A training step of one rank, as far as its time is concerned.
struct TrainingWork {
  double weights = 0;
  double batch = 0;  ///< samples
  double sample_bytes = 0;
  std::size_t threads = 1;  ///< of a CPU
  Precision precision = Precision::fp32;
};

/// The later of arithmetic and memory, the batch's way, and what every step takes:
/// max(6 w b / flops, 44 w / memory_rate) + b bytes / batch_rate + step_seconds. Six operations a
/// weight and sample: a product and a sum each for the output, the input's gradient and the
/// weight's. 44 bytes a weight: read forward and backward (8), the gradient written and read (8),
/// the optimiser's pass (28); docs/decisions/0016. A weight that is used at many points, as in a
/// convolution, costs more than this counts.
double train_seconds(const Machine& machine, const TrainingWork& work);

/// The sum of gradients over `ranks`, in a ring: 2 (ranks - 1) / ranks × 4 w bytes; 0 of one rank.
double sum_seconds(const Machine& machine, double weights, std::size_t ranks);

/// Bytes per second that one server rank takes of samples of this size: each costs 5 µs, and its
/// bytes what the transport costs.
double ingest_rate(const TransportSettings& transport, double sample_bytes);

}  // namespace weir
