#pragma once
// The losses that come with weir, a file a family. e = prediction − target; N values a sample; a
// field f has n_f of them and the weight w_f.

#include <cstdint>
#include <memory>
#include <vector>

#include <torch/torch.h>

#include "server/losses/loss.h"

namespace weir {

/// Where a field lies in a row of outputs.
struct FieldPart {
  std::int64_t offset = 0, size = 0;
  std::vector<std::int64_t> shape;
  double weight = 1;

  /// [B, outputs] → [B, size], of the same memory.
  torch::Tensor of(const torch::Tensor& rows) const { return rows.narrow(1, offset, size); }
};

/// One a field, in the study's order.
std::vector<FieldPart> field_parts(const Study& study);

/// The weight of each value of a row, [outputs]; undefined when all are 1.
torch::Tensor value_weights(const Study& study);

/// Mean over the values of w_f φ(e): φ(e) = e² (mse), |e| (l1), Huber's (huber): e² / 2 up to
/// |e| = delta, then delta (|e| − delta / 2) (Huber, 1964, "Robust estimation of a location
/// parameter", section 3).
std::unique_ptr<Loss> make_pointwise_loss(const Study& study, const torch::Device& device);

/// Mean over the fields of w_f ‖e_f‖ / ‖target_f‖ (Li et al., 2021, "Fourier neural operator for
/// parametric partial differential equations", section 5, over a field instead of a sample, so that
/// a large field does not hide a small one). A norm of a target counts as at least 10⁻³ √n_f, a
/// thousandth of its usual size: a sample at a field's mean does not decide alone.
std::unique_ptr<Loss> make_relative_loss(const Study& study);

/// Sum over the fields of w_f n_f / N (mean of e_f² + gradient · Σ over the axes of the mean of
/// (difference of e_f between neighbours along it)²): values and first derivatives, in units of the
/// grid's spacing (Czarnecki et al., 2017, "Sobolev training for neural networks", equation 1). An
/// axis of one point has no differences.
std::unique_ptr<Loss> make_sobolev_loss(const Study& study);

}  // namespace weir
