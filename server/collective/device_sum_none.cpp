// For a build without CUDA.

#include "server/collective/device_sum.h"
#include "src/core/error.h"

namespace weir {

std::unique_ptr<DeviceSum> make_device_sum(Collective&) {
  throw Error(ErrorKind::environment, "this weir was built without NCCL (docs/gpus.md)");
}

}  // namespace weir
