// For a build without CUDA, where no weight is on a GPU.

#include "server/training/update_on_gpu.h"
#include "src/core/error.h"

namespace weir {
namespace {

[[noreturn]] void refuse() {
  throw Error(ErrorKind::environment, "this weir was built without CUDA (docs/gpus.md)");
}

}  // namespace

void adam_on_gpu(const AdamStep&, float*, const float*, float*, float*, std::size_t, void*) {
  refuse();
}

void sgd_on_gpu(const SgdStep&, float*, const float*, float*, std::size_t, void*) { refuse(); }

void squares_on_gpu(const float*, std::size_t, double*, void*) { refuse(); }

}  // namespace weir
