#include "src/surrogate/fourier_matrices.h"

#include <cmath>

#include "src/core/planted_bug.h"

namespace weir {
namespace {

struct Turn {
  float cosine, sine;
};

/// 2π × mode × point / points, reduced first so that large products stay exact; times `scale`.
Turn turn(std::size_t mode, std::size_t point, std::size_t points, double scale) {
  const double angle =
      6.283185307179586 * static_cast<double>(mode * point % points) / static_cast<double>(points);
  return {static_cast<float>(scale * std::cos(angle)), static_cast<float>(scale * std::sin(angle))};
}

/// Low modes, then high ones; a negative mode is that many below `points`.
std::size_t both_ends(std::size_t k, std::size_t points, std::size_t modes) {
  return k < modes ? k : points - 2 * modes + k;
}

}  // namespace

std::vector<float> real_to_modes(std::size_t points, std::size_t modes) {
  std::vector<float> matrix;
  for (std::size_t x = 0; x < points; ++x)
    for (std::size_t k = 0; k < modes; ++k) {
      const auto [c, s] = turn(k, x, points, 1);
      matrix.insert(matrix.end(), {c, -s});
    }
  return matrix;
}

std::vector<float> modes_to_real(std::size_t points, std::size_t modes) {
  std::vector<float> matrix;
  for (std::size_t k = 0; k < modes; ++k) {
    const bool alone = k == 0 || 2 * k == points || WEIR_BUG("onnx_one_sided");
    const double pair = alone ? 1 : 2;  // a mode and its negative
    std::vector<float> sines;
    for (std::size_t x = 0; x < points; ++x) {
      const auto [c, s] = turn(k, x, points, pair / static_cast<double>(points));
      matrix.push_back(c);
      sines.push_back(-s);
    }
    matrix.insert(matrix.end(), sines.begin(), sines.end());
  }
  return matrix;
}

std::vector<float> complex_to_modes(std::size_t points, std::size_t modes) {
  std::vector<float> matrix;
  for (std::size_t x = 0; x < points; ++x)
    for (int part = 0; part < 2; ++part)
      for (std::size_t k = 0; k < 2 * modes; ++k) {
        const auto [c, s] = turn(both_ends(k, points, modes), x, points, 1);
        if (part == 0)
          matrix.insert(matrix.end(), {c, -s});
        else
          matrix.insert(matrix.end(), {s, c});
      }
  return matrix;
}

std::vector<float> modes_to_complex(std::size_t points, std::size_t modes) {
  std::vector<float> matrix;
  for (std::size_t k = 0; k < 2 * modes; ++k)
    for (int part = 0; part < 2; ++part)
      for (std::size_t x = 0; x < points; ++x) {
        const auto [c, s] =
            turn(both_ends(k, points, modes), x, points, 1 / static_cast<double>(points));
        if (part == 0)
          matrix.insert(matrix.end(), {c, s});
        else
          matrix.insert(matrix.end(), {-s, c});
      }
  return matrix;
}

}  // namespace weir
