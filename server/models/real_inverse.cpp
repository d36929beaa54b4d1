#include "server/models/real_inverse.h"

namespace weir {

torch::Tensor real_inverse(const torch::Tensor& spectrum, at::IntArrayRef grid,
                           at::IntArrayRef over) {
  const std::int64_t points = grid.back(), axis = over.back();
  const bool alone = over.size() == 1;
  const auto along_last =
      alone ? spectrum.clone()
            : at::fft_ifftn(spectrum, c10::nullopt, over.slice(0, over.size() - 1));
  const auto make_real = [&](std::int64_t mode) {
    at::view_as_real(along_last).narrow(axis, mode, 1).select(-1, 1).zero_();
  };
  make_real(0);
  if (points % 2 == 0) make_real(points / 2);
  return at::fft_irfft(along_last, points, axis);
}

}  // namespace weir
