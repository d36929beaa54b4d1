#pragma once
// The discrete Fourier transform of a real grid, kept to its lowest modes, as matrices: an axis at
// a time. Complex values are pairs, real part first. Scaled as torch.fft: forward not at all,
// backward by one over the points.

#include <cstddef>
#include <vector>

namespace weir {

/// Of the last axis, values to modes: [points, modes, 2]; modes 0, 1, ….
std::vector<float> real_to_modes(std::size_t points, std::size_t modes);
/// Back: [modes, 2, points]. Negative modes are those of a real grid; 2 × modes ≤ points + 1.
std::vector<float> modes_to_real(std::size_t points, std::size_t modes);
/// Of another axis: [points, 2, 2 × modes, 2]; modes 0, 1, …, then -modes, …, -1.
std::vector<float> complex_to_modes(std::size_t points, std::size_t modes);
/// Back: [2 × modes, 2, points, 2].
std::vector<float> modes_to_complex(std::size_t points, std::size_t modes);

}  // namespace weir
