#include "server/tensors/libtorch_version.h"

#include <torch/torch.h>

namespace weir {

std::string libtorch_version() { return TORCH_VERSION; }

}  // namespace weir
