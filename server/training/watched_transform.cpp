#include "server/training/watched_transform.h"

#include <string>

#include "server/plugin/lookup.h"
#include "server/tensors/tensor_text.h"

namespace weir {
namespace {

class WatchedTransform final : public Transform {
 public:
  WatchedTransform(const std::string& name, std::shared_ptr<Transform> transform)
      : place_("the transform \"" + name + '"'), transform_(std::move(transform)) {}

  void operator()(SampleBatch& batch) override {
    const SampleBatch before = batch;
    call_user_code(ErrorKind::study, place_, [&] { (*transform_)(batch); });
    check("inputs", before.inputs, batch.inputs);
    check("state", before.state, batch.state);
    check("targets", before.targets, batch.targets);
    batch.names = before.names;
    batch.total = before.total;
  }

 private:
  void check(const std::string& what, const torch::Tensor& before,
             const torch::Tensor& after) const {
    if (described(before) == described(after)) return;
    throw Error(ErrorKind::study, place_ + " leaves " + what + " that are " + described(after) +
                                      "; expected " + described(before));
  }

  const std::string place_;
  const std::shared_ptr<Transform> transform_;
};

}  // namespace

std::unique_ptr<Transform> make_transform(const Study& study, const Plugged& plugged) {
  const auto& name = study.training.transform;
  if (name.empty()) return nullptr;
  return std::make_unique<WatchedTransform>(
      name, make_registered({"transform", "/training/transform", name},
                            plugged.registry.transforms(), plugged.shape));
}

}  // namespace weir
