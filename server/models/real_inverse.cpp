#include "server/models/real_inverse.h"

namespace weir {

torch::Tensor with_real_ends(const torch::Tensor& spectrum, std::int64_t points,
                             std::int64_t axis) {
  auto result = spectrum.clone();
  const auto make_real = [&](std::int64_t mode) {
    at::view_as_real(result).narrow(axis, mode, 1).select(-1, 1).zero_();
  };
  make_real(0);
  if (points % 2 == 0) make_real(points / 2);
  return result;
}

torch::Tensor real_inverse(const torch::Tensor& spectrum, at::IntArrayRef grid,
                           at::IntArrayRef over) {
  const auto others = over.slice(0, over.size() - 1);
  const auto halved = others.empty() ? spectrum : at::fft_ifftn(spectrum, c10::nullopt, others);
  return at::fft_irfft(with_real_ends(halved, grid.back(), over.back()), grid.back(), over.back());
}

}  // namespace weir
