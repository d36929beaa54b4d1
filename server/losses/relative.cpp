// The error of a field against the size of the field.

#include <cmath>
#include <utility>

#include "server/losses/losses.h"

namespace weir {
namespace {

constexpr double least_share = 1e-3;  // of the norm that a field of deviation 1 has

torch::Tensor norms(const torch::Tensor& rows) { return rows.norm(2, /*dim=*/1); }

class RelativeLoss final : public Loss {
 public:
  explicit RelativeLoss(std::vector<FieldPart> parts) : parts_(std::move(parts)) {}

  torch::Tensor operator()(const torch::Tensor& prediction,
                           const torch::Tensor& target) const override {
    torch::Tensor sum;
    for (const auto& part : parts_) {
      const double least = least_share * std::sqrt(static_cast<double>(part.size));
      const auto truth = part.of(target);
      const auto error = norms(part.of(prediction) - truth) / norms(truth).clamp_min(least);
      const auto weighted = error * (part.weight / static_cast<double>(parts_.size()));
      sum = sum.defined() ? sum + weighted : weighted;
    }
    return sum;
  }

 private:
  std::vector<FieldPart> parts_;
};

}  // namespace

std::unique_ptr<Loss> make_relative_loss(const Study& study) {
  return std::make_unique<RelativeLoss>(field_parts(study));
}

}  // namespace weir
