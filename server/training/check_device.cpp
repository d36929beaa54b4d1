#include "server/training/check_device.h"

#include "server/tensors/device.h"
#include "server/training/autocast.h"

namespace weir {

void check_device(const Study& study, Collective& collective) {
  const auto device = set_up_device(study, collective.local_rank());
  check_precision(study.training.precision, device);
  check_gpus(collective.gather(identity(device)));
}

}  // namespace weir
