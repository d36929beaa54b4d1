#include "server/losses/watched_loss.h"

#include <utility>

#include "server/plugin/user_code.h"
#include "server/tensors/tensor_text.h"
#include "src/core/error.h"

namespace weir {
namespace {

class WatchedLoss final : public Loss {
 public:
  WatchedLoss(const std::string& name, std::shared_ptr<Loss> loss)
      : place_("the loss \"" + name + '"'), loss_(std::move(loss)) {}

  torch::Tensor operator()(const torch::Tensor& prediction,
                           const torch::Tensor& target) const override {
    auto losses =
        call_user_code(ErrorKind::study, place_, [&] { return (*loss_)(prediction, target); });
    if (losses.defined() && losses.dim() == 1 && losses.size(0) == target.size(0) &&
        losses.scalar_type() == torch::kFloat32)
      return losses;
    throw Error(ErrorKind::study, place_ + " gives " + described(losses) + " for " +
                                      std::to_string(target.size(0)) +
                                      " samples; expected one Float a sample, of shape [" +
                                      std::to_string(target.size(0)) + "]");
  }

 private:
  const std::string place_;
  const std::shared_ptr<Loss> loss_;
};

}  // namespace

std::unique_ptr<Loss> watch_loss(const std::string& name, std::shared_ptr<Loss> loss) {
  return std::make_unique<WatchedLoss>(name, std::move(loss));
}

}  // namespace weir
