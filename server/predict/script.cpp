#include "server/predict/script.h"

#include <sstream>
#include <string>

#include "src/core/error.h"

namespace weir {
namespace {

/// LibTorch's messages go on for pages; the first line says what it is.
std::string first_line(const std::exception& error) {
  const std::string text = error.what();
  return text.substr(0, text.find('\n'));
}

torch::jit::Module load(const std::filesystem::path& file) {
  try {
    return torch::jit::load(file.string());
  } catch (const std::exception& error) {
    throw Error(ErrorKind::input,
                "the model '" + file.string() + "' cannot be read: " + first_line(error) +
                    "; is this weir's LibTorch older than the one that wrote it?");
  }
}

template <class Shape>
std::string text_of(const Shape& shape) {
  std::ostringstream text;
  text << shape;
  return text.str();
}

}  // namespace

Script::Script(const std::filesystem::path& file, std::size_t inputs, std::size_t outputs)
    : file_(file),
      inputs_(static_cast<std::int64_t>(inputs)),
      outputs_(static_cast<std::int64_t>(outputs)),
      module_(load(file)) {
  module_.eval();
}

torch::Tensor Script::operator()(const torch::Tensor& inputs, const torch::Tensor& state) {
  // As the trainer computes: what is optimised after the first runs would round otherwise.
  const torch::jit::GraphOptimizerEnabledGuard as_written(false);
  std::vector<torch::IValue> values = {inputs};
  if (state.defined()) values.emplace_back(state);
  torch::Tensor outputs;
  try {
    outputs = module_.forward(std::move(values)).toTensor().to(torch::kFloat32).contiguous();
  } catch (const std::exception& error) {
    throw Error(ErrorKind::input, "the model '" + file_.string() +
                                      "' does not take what its card.json says (" +
                                      std::to_string(inputs_) + " inputs): " + first_line(error));
  }
  if (outputs.dim() == 2 && outputs.size(0) == inputs.size(0) && outputs.size(1) == outputs_)
    return outputs;
  throw Error(ErrorKind::input, "the model '" + file_.string() + "' gives " +
                                    text_of(outputs.sizes()) + " for " + text_of(inputs.sizes()) +
                                    ", where its card.json says " + std::to_string(outputs_) +
                                    " outputs a row");
}

}  // namespace weir
