#pragma once
// The operations that a model's function is made of. torchscript.h prints them for LibTorch, the
// export as ONNX.

#include <cstddef>
#include <string>
#include <variant>
#include <vector>

#include "src/study/study.h"

namespace weir {

// Names of tensors are those of TensorPlan. B is the batch; channels and grid follow it.

/// [B, from] → [B, to].
struct Linear {
  std::string weight, bias;
};
/// [B, from, grid…] → [B, to, grid…]; an odd kernel, zeros around the grid.
struct Convolution {
  std::string weight, bias;
  std::size_t axes = 0, kernel = 0;
};
/// Of each value.
struct Activate {
  Activation function = Activation::relu;
};
/// [B, channels, any…] → [B, channels, grid…], linearly between points; an outermost point is half
/// its distance to the next away from the edge.
struct Resize {
  std::vector<std::size_t> grid;
};
/// The largest of each two points along each axis; the last may be alone.
struct Pool {
  std::size_t axes = 0;
};
/// [B, …] → [B, shape…].
struct Reshape {
  std::vector<std::size_t> shape;
};
/// [B, inputs] → [B, inputs + axes, grid…]: the inputs at every point, then its coordinates, a
/// tensor [axes, grid…].
struct Spread {
  std::string coordinates;
  std::size_t inputs = 0;
  std::vector<std::size_t> grid;
};
/// Nothing → [points, axes], of a tensor [axes, grid…].
struct Points {
  std::string coordinates;
  std::size_t axes = 0, points = 0;
};
/// [B, inputs] → [B, 2 × features]: sin and cos of 2π × inputs × frequenciesᵀ.
struct Waves {
  std::string frequencies;
};
/// Transforms the grid, multiplies the lowest `modes` along each axis by complex weights, a tensor
/// [from, to, modes…, 2] a corner of the spectrum, and transforms back. Corners: low or high along
/// each axis but the last, the last of these changing fastest. 2 × modes fit in each extent of the
/// grid.
struct SpectralConvolution {
  std::vector<std::string> weights;
  std::vector<std::size_t> grid;
  std::size_t modes = 0;
};
/// All operands one after another along axis 1.
struct Concatenate {};
/// The sum of two values.
struct Add {};
/// The sum with a tensor, of the last axes.
struct AddTensor {
  std::string tensor;
};
/// [B, n, k] and [m, k] → [B, n, m], first × secondᵀ.
struct Combine {};
/// The same under another name.
struct Keep {};

using Function =
    std::variant<Linear, Convolution, Activate, Resize, Pool, Reshape, Spread, Points, Waves,
                 SpectralConvolution, Concatenate, Add, AddTensor, Combine, Keep>;

/// result = function(from…). Values have names: "h" is the inputs at first and the outputs at last,
/// "s" the state.
struct Operation {
  std::string result = "h";
  std::vector<std::string> from = {"h"};
  Function function;
};

}  // namespace weir
