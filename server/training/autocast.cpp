#include "server/training/autocast.h"

#include <string>

#include <ATen/autocast_mode.h>
#include <torch/version.h>

#include "src/core/error.h"
#include "src/study/names.h"

namespace weir {
namespace {

/// LibTorch 2.4 gave each device the same functions.
void set_autocast(c10::DeviceType device, bool enabled, at::ScalarType type) {
#if TORCH_VERSION_MAJOR > 2 || (TORCH_VERSION_MAJOR == 2 && TORCH_VERSION_MINOR >= 4)
  at::autocast::set_autocast_dtype(device, type);
  at::autocast::set_autocast_enabled(device, enabled);
#else
  if (device == c10::DeviceType::CPU) {
    at::autocast::set_autocast_cpu_dtype(type);
    at::autocast::set_cpu_enabled(enabled);
  } else {
    at::autocast::set_autocast_gpu_dtype(type);
    at::autocast::set_enabled(enabled);
  }
#endif
}

bool is_for_gpus(Precision precision) {
  return precision == Precision::tf32 || precision == Precision::fp16;
}

}  // namespace

void check_precision(Precision precision, const torch::Device& device) {
  if (!is_for_gpus(precision) || !device.is_cpu()) return;
  throw Error(ErrorKind::input, "/training/precision: is \"" + std::string(name_of(precision)) +
                                    "\", which is for GPUs, and this server trains on the CPU; "
                                    "use \"bf16\" or \"fp32\"");
}

AutocastScope::AutocastScope(Precision precision, const torch::Device& device)
    : active_(precision == Precision::bf16 || precision == Precision::fp16),
      device_(device.type()) {
  if (!active_) return;
  set_autocast(device_, true, precision == Precision::fp16 ? at::kHalf : at::kBFloat16);
  at::autocast::increment_nesting();
}

AutocastScope::~AutocastScope() {
  if (!active_) return;
  set_autocast(device_, false, at::kBFloat16);
  // Weights that were cast once for all their uses.
  if (at::autocast::decrement_nesting() == 0) at::autocast::clear_cache();
}

}  // namespace weir
