#pragma once
// A tensor in a message.

#include <sstream>
#include <string>

#include <torch/torch.h>

namespace weir {

/// "[2, 10]"
inline std::string shown(torch::IntArrayRef sizes) {
  std::ostringstream text;
  text << sizes;
  return text.str();
}

/// "Float of shape [2, 10]", or "no tensor".
inline std::string described(const torch::Tensor& tensor) {
  if (!tensor.defined()) return "no tensor";
  return std::string(c10::toString(tensor.scalar_type())) + " of shape " + shown(tensor.sizes());
}

}  // namespace weir
