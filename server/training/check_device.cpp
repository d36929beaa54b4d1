#include "server/training/check_device.h"

#include "server/tensors/device.h"
#include "server/training/autocast.h"

namespace weir {

void check_device(const Study& study, std::size_t local_rank) {
  check_precision(study.training.precision, set_up_device(study, local_rank));
}

}  // namespace weir
