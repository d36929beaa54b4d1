#include "server/training/autocast.h"

#include <string>

#include <ATen/autocast_mode.h>
#include <torch/version.h>

#include "src/core/error.h"

namespace weir {
namespace {

/// LibTorch 2.4 gave each device the same functions.
void set_autocast(bool enabled, at::ScalarType type) {
#if TORCH_VERSION_MAJOR > 2 || (TORCH_VERSION_MAJOR == 2 && TORCH_VERSION_MINOR >= 4)
  at::autocast::set_autocast_dtype(at::kCPU, type);
  at::autocast::set_autocast_enabled(at::kCPU, enabled);
#else
  at::autocast::set_autocast_cpu_dtype(type);
  at::autocast::set_cpu_enabled(enabled);
#endif
}

}  // namespace

void check_precision(Precision precision, const torch::Device& device) {
  if (precision != Precision::fp16 || !device.is_cpu()) return;
  throw Error(ErrorKind::input,
              "/training/precision: is \"fp16\", which is for GPUs, and this server trains on the "
              "CPU; use \"bf16\" or \"fp32\"");
}

AutocastScope::AutocastScope(Precision precision) : active_(precision != Precision::fp32) {
  if (!active_) return;
  set_autocast(true, precision == Precision::fp16 ? at::kHalf : at::kBFloat16);
  at::autocast::increment_nesting();
}

AutocastScope::~AutocastScope() {
  if (!active_) return;
  set_autocast(false, at::kBFloat16);
  // Weights that were cast once for all their uses.
  if (at::autocast::decrement_nesting() == 0) at::autocast::clear_cache();
}

}  // namespace weir
