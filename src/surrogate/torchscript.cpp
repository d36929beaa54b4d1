#include "src/surrogate/torchscript.h"

#include <algorithm>

namespace weir {
namespace {

constexpr const char* two_pi = "6.283185307179586";

/// [1, 2] as the script spells it.
std::string list(const std::vector<std::size_t>& values) {
  std::string text = "[";
  for (std::size_t k = 0; k < values.size(); ++k)
    text += (k > 0 ? ", " : "") + std::to_string(values[k]);
  return text + "]";
}

std::string attribute(const std::string& tensor) { return "self." + attribute_name(tensor); }

/// [B, shape…] for the batch of a value.
std::string batch_of(const std::string& value, const std::vector<std::size_t>& shape) {
  return "[" + value + ".size(0), " + list(shape).substr(1);
}

/// The slices of the spectrum that hold the lowest modes; the last axis has no negative half.
std::vector<std::string> corners(std::size_t axes, std::size_t modes) {
  const std::string count = std::to_string(modes), low = ":" + count, high = "-" + count + ":";
  std::vector<std::string> slices = {""};
  for (std::size_t axis = 0; axis + 1 < axes; ++axis) {
    std::vector<std::string> next;
    for (const auto& slice : slices)
      for (const auto& end : {low, high}) next.push_back(slice + ", " + end);
    slices = next;
  }
  for (auto& slice : slices) slice = "[:, :" + slice + ", " + low + "]";
  return slices;
}

/// One operation; a call for each kind of function.
class Printer {
 public:
  explicit Printer(const Operation& operation) : operation_(operation) {}

  std::string text() && {
    std::visit(*this, operation_.function);
    return std::move(text_);
  }

  void operator()(const Linear& f) {
    gives("torch.linear(" + from() + ", " + attribute(f.weight) + ", " + attribute(f.bias) + ")");
  }

  void operator()(const Convolution& f) {
    const std::vector<std::size_t> ones(f.axes, 1), padding(f.axes, f.kernel / 2);
    gives("torch.conv" + std::to_string(f.axes) + "d(" + from() + ", " + attribute(f.weight) +
          ", " + attribute(f.bias) + ", " + list(ones) + ", " + list(padding) + ", " + list(ones) +
          ", 1)");
  }

  void operator()(const Activate& f) {
    static constexpr const char* names[] = {"relu", "tanh", "gelu", "silu"};
    gives(std::string("torch.") + names[static_cast<int>(f.function)] + "(" + from() + ")");
  }

  void operator()(const Resize& f) {
    static constexpr const char* names[] = {"linear1d", "bilinear2d", "trilinear3d"};
    gives(std::string("torch.upsample_") + names[f.grid.size() - 1] + "(" + from() + ", " +
          list(f.grid) + ", False)");
  }

  void operator()(const Pool& f) {
    const std::vector<std::size_t> twos(f.axes, 2), zeros(f.axes, 0), ones(f.axes, 1);
    gives("torch.max_pool" + std::to_string(f.axes) + "d(" + from() + ", " + list(twos) + ", " +
          list(twos) + ", " + list(zeros) + ", " + list(ones) + ", True)");
  }

  void operator()(const Reshape& f) {
    gives(from() + ".reshape(" + batch_of(from(), f.shape) + ")");
  }

  void operator()(const Spread& f) {
    const std::vector<std::size_t> ones(f.grid.size(), 1);
    std::vector<std::size_t> one = {f.inputs}, coordinates = {f.grid.size()};
    one.insert(one.end(), ones.begin(), ones.end());
    coordinates.insert(coordinates.end(), f.grid.begin(), f.grid.end());
    gives("torch.cat([" + from() + ".reshape(" + batch_of(from(), one) + ").expand([-1, -1, " +
          list(f.grid).substr(1) + "), " + attribute(f.coordinates) + ".unsqueeze(0).expand(" +
          batch_of(from(), coordinates) + ")], 1)");
  }

  void operator()(const Points& f) {
    gives(attribute(f.coordinates) + ".reshape(" + list({f.axes, f.points}) + ").t()");
  }

  void operator()(const Waves& f) {
    const auto& h = operation_.result;
    gives(std::string(two_pi) + " * torch.matmul(" + from() + ", " + attribute(f.frequencies) +
          ".t())");
    gives("torch.cat([torch.sin(" + h + "), torch.cos(" + h + ")], 1)");
  }

  void operator()(const SpectralConvolution& f) {
    std::vector<std::size_t> over;
    for (std::size_t axis = 0; axis < f.grid.size(); ++axis) over.push_back(2 + axis);
    const std::string letters = std::string("xyz").substr(0, f.grid.size());
    const std::string product = "\"bi" + letters + ",io" + letters + "->bo" + letters + "\"";
    line("f = torch.fft_rfftn(" + from() + ", None, " + list(over) + ")");
    line("g = torch.zeros_like(f)");
    std::size_t number = 0;
    for (const auto& corner : corners(f.grid.size(), f.modes))
      line("g" + corner + " = torch.einsum(" + product + ", [f" + corner +
           ", torch.view_as_complex(" + attribute(f.weights[number++]) + ")])");
    gives("torch.fft_irfftn(g, " + list(f.grid) + ", " + list(over) + ")");
  }

  void operator()(const Concatenate&) {
    std::string values;
    for (const auto& value : operation_.from) values += (values.empty() ? "" : ", ") + value;
    gives("torch.cat([" + values + "], 1)");
  }

  void operator()(const Add&) { gives(from() + " + " + operation_.from[1]); }
  void operator()(const AddTensor& f) { gives(from() + " + " + attribute(f.tensor)); }
  void operator()(const Combine&) {
    gives("torch.matmul(" + from() + ", " + operation_.from[1] + ".t())");
  }
  void operator()(const Keep&) { gives(from()); }

 private:
  const std::string& from() const { return operation_.from.front(); }
  void line(const std::string& statement) { text_ += "    " + statement + "\n"; }
  void gives(const std::string& expression) { line(operation_.result + " = " + expression); }

  const Operation& operation_;
  std::string text_;
};

}  // namespace

std::string attribute_name(std::string tensor) {
  std::replace(tensor.begin(), tensor.end(), '.', '_');
  return tensor;
}

std::string torchscript(const std::vector<Operation>& operations) {
  std::string text;
  for (const auto& operation : operations) text += Printer(operation).text();
  return text;
}

}  // namespace weir
