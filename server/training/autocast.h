#pragma once
// The precision that a network computes with while its weights stay FP32.

#include <torch/torch.h>

#include "src/study/study.h"

namespace weir {

/// Error{input}: the device does not compute with it; says what it does.
void check_precision(Precision precision, const torch::Device& device);

/// While it lives, this thread's matrix products and convolutions on the device compute in
/// `precision`, and operations that need it in FP32 (LibTorch's automatic mixed precision;
/// Micikevicius et al., 2018, "Mixed precision training"). Does nothing for fp32, nor for tf32, to
/// which a device is set once (set_up_device).
class AutocastScope {
 public:
  AutocastScope(Precision precision, const torch::Device& device);
  ~AutocastScope();
  AutocastScope(const AutocastScope&) = delete;
  AutocastScope& operator=(const AutocastScope&) = delete;

 private:
  bool active_;
  c10::DeviceType device_;
};

}  // namespace weir
