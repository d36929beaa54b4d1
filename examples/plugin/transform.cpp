// A transform of one's own: a little noise on the parameters, not on the time, so that the
// surrogate is smooth in them.

#include <weir/server/transform.h>

#include "parts.h"

namespace {

class Noise final : public weir::Transform {
 public:
  void operator()(weir::SampleBatch& batch) override {
    auto parameters = batch.inputs.narrow(1, 0, batch.inputs.size(1) - 1);
    parameters.add_(0.01 * torch::randn_like(parameters));
  }
};

}  // namespace

std::shared_ptr<weir::Transform> make_noise(const weir::StudyShape&) {
  return std::make_shared<Noise>();
}
