#include "server/training/gradient_sum.h"

#include <functional>
#include <utility>

#include <torch/csrc/autograd/function_hook.h>
#include <torch/csrc/autograd/variable.h>

#include "server/tensors/batch_rows.h"
#include "server/tensors/device.h"

namespace weir {
namespace {

using torch::autograd::variable_list;

class Call final : public torch::autograd::FunctionPostHook {
 public:
  explicit Call(std::function<void()> call) : call_(std::move(call)) {}
  variable_list operator()(const variable_list& outputs, const variable_list&) override {
    call_();
    return outputs;
  }

 private:
  const std::function<void()> call_;
};

}  // namespace

/// Behind the node that ends backward for a parameter. It comes after all of the parameter's uses,
/// also where an operation has written the gradient itself and gives the node none.
struct GradientSum::Hook {
  std::shared_ptr<torch::autograd::Node> node;  ///< the parameter itself does not keep it
  std::uintptr_t key = 0;
};

GradientSum::GradientSum(FlatGradients& gradients, Collective& collective,
                         std::unique_ptr<DeviceSum> device_sum, bool early, std::size_t bucket)
    : gradients_(gradients),
      collective_(collective),
      device_sum_(std::move(device_sum)),
      stream_(gradients.values().device()) {
  if (collective.ranks() == 1) return;
  divide(early ? bucket : gradients.size());
  if (buckets_.size() > 1) listen();
}

GradientSum::~GradientSum() {
  for (const auto& hook : hooks_) hook.node->del_post_hook(hook.key);
}

void GradientSum::abandon() {
  if (device_sum_) device_sum_->abandon();
}

/// A single bucket holds the loss as well, which is the last to be known.
void GradientSum::divide(std::size_t bucket) {
  std::size_t end = gradients_.size();
  bucket_of_.resize(gradients_.places().size());
  Bucket open;
  for (std::size_t k = bucket_of_.size(); k-- > 0;) {
    bucket_of_[k] = buckets_.size();
    ++open.parameters;
    open.count += static_cast<std::size_t>(gradients_.places()[k].numel());
    if (open.count < bucket && k > 0) continue;
    end -= open.count;
    open.first = end;
    buckets_.push_back(std::exchange(open, {}));
  }
  if (buckets_.size() == 1)
    ++buckets_[0].count;
  else
    buckets_.push_back({gradients_.size(), 1, 0, 0});
}

void GradientSum::listen() {
  for (std::size_t k = 0; k < bucket_of_.size(); ++k) {
    if (!gradients_.parameters()[k].requires_grad()) continue;  // for finish()
    auto node = torch::autograd::impl::grad_accumulator(gradients_.parameters()[k]);
    const auto key = node->add_post_hook(std::make_unique<Call>([this, k] { complete(k); }));
    hooks_.push_back({std::move(node), key});
  }
}

void GradientSum::begin() {
  open_ = true;
  for (auto& bucket : buckets_) bucket.missing = bucket.parameters;
}

/// The bucket of the loss lacks nothing and is the last: finish() comes to it.
void GradientSum::complete(std::size_t parameter) {
  if (!open_) return;
  gradients_.collect(parameter);
  --buckets_[bucket_of_[parameter]].missing;
  while (next_ + 1 < buckets_.size() && buckets_[next_].missing == 0)
    sum(buckets_[next_++], /*beside=*/true);
}

void GradientSum::finish() {
  open_ = false;
  const bool beside = next_ > 0;
  while (next_ < buckets_.size()) sum(buckets_[next_++], beside);
  next_ = 0;
  if (beside) stream_.join({});
}

void GradientSum::sum(const Bucket& bucket, bool beside) {
  const auto& values = gradients_.values();
  if (!device_sum_) {
    collective_.sum(values_of(values).subspan(bucket.first, bucket.count));
    return;
  }
  if (beside) stream_.follow();
  device_sum_->sum(values.data_ptr<float>() + bucket.first, bucket.count,
                   beside ? stream_.handle() : current_stream(values.device()));
}

}  // namespace weir
