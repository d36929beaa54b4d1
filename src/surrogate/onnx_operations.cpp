#include "src/surrogate/onnx_operations.h"

#include <cmath>

#include "src/surrogate/fourier_matrices.h"

namespace weir {
namespace {

using Shape = OnnxGraph::Shape;

Shape shape_of(const std::vector<std::size_t>& sizes) { return {sizes.begin(), sizes.end()}; }

Shape with(std::initializer_list<std::int64_t> first, const std::vector<std::size_t>& rest) {
  Shape shape(first);
  shape.insert(shape.end(), rest.begin(), rest.end());
  return shape;
}

/// Nodes for one operation; a call for each kind of function gives the value's name in the graph.
class Translator {
 public:
  Translator(OnnxGraph& graph, std::vector<std::string> from)
      : graph_(graph), from_(std::move(from)) {}

  std::string operator()(const Linear& f) {
    return graph_.node("Gemm", {from(), f.weight, f.bias}, {{"transB", std::int64_t{1}}});
  }

  std::string operator()(const Convolution& f) {
    const Shape kernel(f.axes, static_cast<std::int64_t>(f.kernel));
    const Shape padding(2 * f.axes, static_cast<std::int64_t>(f.kernel / 2));
    return graph_.node("Conv", {from(), f.weight, f.bias},
                       {{"kernel_shape", kernel}, {"pads", padding}});
  }

  std::string operator()(const Activate& f) {
    switch (f.function) {
      case Activation::relu:
        return graph_.node("Relu", {from()});
      case Activation::tanh:
        return graph_.node("Tanh", {from()});
      case Activation::silu:
        return graph_.node("Mul", {from(), graph_.node("Sigmoid", {from()})});
      case Activation::gelu:
        break;
    }
    // x/2 × (1 + erf(x/√2)); operator sets before 20 have no node for it.
    const auto scaled = graph_.node("Mul", {from(), number("root_half", std::sqrt(0.5))});
    const auto erf = graph_.node("Erf", {scaled});
    const auto one_more = graph_.node("Add", {erf, number("one", 1)});
    const auto half = graph_.node("Mul", {from(), number("half", 0.5)});
    return graph_.node("Mul", {half, one_more});
  }

  std::string operator()(const Resize& f) {
    const auto start = graph_.integers({0}), end = graph_.integers({2});
    const auto outer = graph_.node("Slice", {graph_.node("Shape", {from()}), start, end});
    const auto sizes = graph_.node("Concat", {outer, graph_.integers(shape_of(f.grid))},
                                   {{"axis", std::int64_t{0}}});
    return graph_.node("Resize", {from(), "", "", sizes},
                       {{"mode", "linear"}, {"coordinate_transformation_mode", "half_pixel"}});
  }

  std::string operator()(const Pool& f) {
    const Shape twos(f.axes, 2);
    return graph_.node("MaxPool", {from()},
                       {{"kernel_shape", twos}, {"strides", twos}, {"ceil_mode", std::int64_t{1}}});
  }

  std::string operator()(const Reshape& f) { return reshaped(from(), with({0}, f.shape)); }

  std::string operator()(const Spread& f) {
    const auto axes = static_cast<std::int64_t>(f.grid.size());
    const auto one = reshaped(from(), with({0, static_cast<std::int64_t>(f.inputs)},
                                           std::vector<std::size_t>(f.grid.size(), 1)));
    const auto every = graph_.node("Expand", {one, graph_.integers(with({1, 1}, f.grid))});
    const auto start = graph_.integers({0}), end = graph_.integers({1});
    const auto batch = graph_.node("Slice", {graph_.node("Shape", {from()}), start, end});
    const auto shape = graph_.node("Concat", {batch, graph_.integers(with({axes}, f.grid))},
                                   {{"axis", std::int64_t{0}}});
    return joined({every, graph_.node("Expand", {f.coordinates, shape})}, 1);
  }

  std::string operator()(const Points& f) {
    const Shape shape = {static_cast<std::int64_t>(f.axes), static_cast<std::int64_t>(f.points)};
    return transposed(reshaped(f.coordinates, shape));
  }

  std::string operator()(const Waves& f) {
    const auto product = graph_.node("MatMul", {from(), transposed(f.frequencies)});
    const auto angle = graph_.node("Mul", {product, number("two_pi", 6.283185307179586)});
    return joined({graph_.node("Sin", {angle}), graph_.node("Cos", {angle})}, 1);
  }

  std::string operator()(const SpectralConvolution& f) {
    const auto last = f.grid.size() - 1;
    auto value = transformed(from(), f, last, "forward", &real_to_modes);
    for (std::size_t axis = last; axis-- > 0;)
      value = transformed(value, f, axis, "forward", &complex_to_modes);
    value = weighted(value, f);
    for (std::size_t axis = 0; axis < last; ++axis)
      value = transformed(value, f, axis, "backward", &modes_to_complex);
    return transformed(value, f, last, "backward", &modes_to_real);
  }

  std::string operator()(const Concatenate&) { return joined(from_, 1); }
  std::string operator()(const Add&) { return graph_.node("Add", {from(), from_[1]}); }
  std::string operator()(const AddTensor& f) { return graph_.node("Add", {from(), f.tensor}); }
  std::string operator()(const Combine&) {
    return graph_.node("MatMul", {from(), transposed(from_[1])});
  }
  std::string operator()(const Keep&) { return from(); }

 private:
  using Matrix = std::vector<float> (*)(std::size_t points, std::size_t modes);

  const std::string& from() const { return from_.front(); }

  std::string number(const std::string& name, double value) {
    return graph_.constant(name, {}, {static_cast<float>(value)});
  }
  std::string reshaped(const std::string& value, const Shape& shape) {
    return graph_.node("Reshape", {value, graph_.integers(shape)});
  }
  std::string transposed(const std::string& matrix) {
    return graph_.node("Transpose", {matrix}, {{"perm", Shape{1, 0}}});
  }
  std::string joined(const std::vector<std::string>& values, std::int64_t axis) {
    return graph_.node("Concat", values, {{"axis", axis}});
  }

  /// One axis of [B, channels, grid…, 2]; the last one without the 2 on the grid's side. x, y, z
  /// are the axes, k what takes the place of one, s and t parts of a complex value.
  std::string transformed(const std::string& value, const SpectralConvolution& f, std::size_t axis,
                          const std::string& direction, Matrix matrix) {
    const std::size_t axes = f.grid.size();
    const auto points = static_cast<std::int64_t>(f.grid[axis]);
    const auto modes = static_cast<std::int64_t>(f.modes);
    const bool forward = direction == "forward", real = axis + 1 == axes;
    const std::string letters = std::string("xyz").substr(0, axes), letter(1, letters[axis]);
    std::string after = letters;
    after[axis] = 'k';
    const std::string s = real && forward ? "" : "s", t = real && !forward ? "" : "t";
    const std::string equation =
        "bc" + letters + s + "," + letter + s + "k" + t + "->bc" + after + t;
    const std::int64_t kept = real ? modes : 2 * modes;
    Shape shape = {forward ? points : kept};
    if (!s.empty()) shape.push_back(2);
    shape.push_back(forward ? kept : points);
    if (!t.empty()) shape.push_back(2);
    const std::string name = direction + (real ? "_real_" : "_complex_") + std::to_string(points) +
                             "_" + std::to_string(modes);
    const auto constant = graph_.constant(name, shape, matrix(f.grid[axis], f.modes));
    return graph_.node("Einsum", {value, constant}, {{"equation", equation}});
  }

  /// All corners' weights as one tensor, the corners side by side: the last axes first.
  std::string all_weights(const SpectralConvolution& f) {
    std::vector<std::string> weights = f.weights;
    for (std::size_t axis = f.grid.size() - 1; axis-- > 0;) {
      std::vector<std::string> next;
      for (std::size_t k = 0; k < weights.size(); k += 2)
        next.push_back(joined({weights[k], weights[k + 1]}, static_cast<std::int64_t>(2 + axis)));
      weights = next;
    }
    return weights.front();
  }

  std::string weighted(const std::string& value, const SpectralConvolution& f) {
    const std::string letters = std::string("xyz").substr(0, f.grid.size());
    // [s, r, t]: what parts s and r of two factors add to part t of their product.
    const auto product = graph_.constant("complex_product", {2, 2, 2}, {1, 0, 0, 1, 0, 1, -1, 0});
    const std::string equation = "bi" + letters + "s,io" + letters + "r,srt->bo" + letters + "t";
    return graph_.node("Einsum", {value, all_weights(f), product}, {{"equation", equation}});
  }

  OnnxGraph& graph_;
  std::vector<std::string> from_;
};

}  // namespace

void add_operations(OnnxGraph& graph, const std::vector<Operation>& operations,
                    std::map<std::string, std::string>& values) {
  for (const auto& operation : operations) {
    std::vector<std::string> from;
    for (const auto& value : operation.from) from.push_back(values.at(value));
    values[operation.result] = std::visit(Translator(graph, from), operation.function);
  }
}

}  // namespace weir
