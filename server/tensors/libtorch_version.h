#pragma once
// Which LibTorch this is.

#include <string>

namespace weir {

std::string libtorch_version();  ///< that weir was built with, "1.13.1"

}  // namespace weir
