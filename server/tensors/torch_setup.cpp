#include "server/tensors/torch_setup.h"

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <dlfcn.h>

namespace weir {

void set_up_torch(std::size_t threads) {
  at::globalContext().setFlushDenormal(true);  // before LibTorch starts threads
  const int count = static_cast<int>(threads);
  at::set_num_threads(count);
  if (void* const found = dlsym(RTLD_DEFAULT, "openblas_set_num_threads")) {
    reinterpret_cast<void (*)(int)>(found)(count);
  }
}

}  // namespace weir
