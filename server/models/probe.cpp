#include "server/models/probe.h"

#include <algorithm>
#include <array>
#include <vector>

#include "server/models/script.h"
#include "server/plugin/user_code.h"
#include "server/tensors/state_tensors.h"
#include "server/tensors/tensor_text.h"

namespace weir {
namespace {

/// Batches of several sizes: a model may have been written for one.
constexpr std::array<std::int64_t, 2> batches = {2, 3};
/// What the export adds under names of its own.
constexpr std::array reserved = {"input_centre", "input_half_width", "output_mean",
                                 "output_deviation"};

/// Of all that a pass may change.
class Saved {
 public:
  explicit Saved(Model& model) : model_(model) {
    for (const auto& buffer : model.buffers()) buffers_.push_back(buffer.clone());
  }
  ~Saved() {
    const torch::NoGradGuard no_gradients;
    auto now = model_.buffers();
    for (std::size_t k = 0; k < std::min(now.size(), buffers_.size()); ++k)
      if (now[k].sizes() == buffers_[k].sizes()) now[k].copy_(buffers_[k]);
    for (auto& parameter : model_.parameters()) parameter.mutable_grad() = torch::Tensor();
  }
  Saved(const Saved&) = delete;
  Saved& operator=(const Saved&) = delete;

 private:
  Model& model_;
  std::vector<torch::Tensor> buffers_;
};

void check_tensors(const Model& model, const std::string& name) {
  if (model.parameters().empty())
    throw Error(ErrorKind::input, name +
                                      " has no parameter to train: expected at least one that "
                                      "requires a gradient");
  std::vector<NamedTensor> all;
  for (const auto& item : model.named_parameters()) {
    if (item.value().scalar_type() != torch::kFloat32)
      throw Error(ErrorKind::input, name + ": the parameter \"" + item.key() + "\" is " +
                                        c10::toString(item.value().scalar_type()) +
                                        "; expected Float (FP32) ones");
    all.push_back({item.key(), item.value()});
  }
  for (const auto& item : model.named_buffers()) all.push_back({item.key(), item.value()});
  for (const auto& one : all) {
    if (std::find(reserved.begin(), reserved.end(), one.name) != reserved.end())
      throw Error(ErrorKind::input, name + " has a tensor \"" + one.name +
                                        "\", which is what the export calls the normalisation; "
                                        "give it another name");
  }
  const auto memory = std::make_shared<RecycledMemory>();
  call_user_code(ErrorKind::input, name, [&] { copies_of(all, memory); });
}

void check_outputs(const torch::Tensor& outputs, std::int64_t rows, const ModelShape& shape,
                   const std::string& name) {
  const std::vector<std::int64_t> expected = {rows, static_cast<std::int64_t>(shape.outputs())};
  if (outputs.defined() && outputs.sizes() == torch::IntArrayRef(expected) &&
      outputs.scalar_type() == torch::kFloat32 && outputs.device().is_cpu())
    return;
  throw Error(ErrorKind::input, name + " gives " + described(outputs) + " for inputs of shape [" +
                                    std::to_string(rows) + ", " + std::to_string(shape.inputs) +
                                    "] (parameters and time); expected Float of shape " +
                                    shown(expected) +
                                    " on the CPU: all values of all fields of each sample");
}

void check_gradients(const Model& model, const torch::Tensor& outputs, const std::string& name) {
  if (outputs.requires_grad()) outputs.sum().backward();
  const auto parameters = model.parameters();
  if (std::any_of(parameters.begin(), parameters.end(),
                  [](const torch::Tensor& one) { return one.grad().defined(); }))
    return;
  throw Error(ErrorKind::input, name +
                                    " gives outputs that depend on none of its parameters; "
                                    "expected that a gradient reaches one");
}

/// Forward and backward.
void run(Model& model, std::int64_t rows, const ModelShape& shape, const std::string& name) {
  const auto inputs = torch::zeros({rows, static_cast<std::int64_t>(shape.inputs)});
  const auto state = shape.state ? torch::zeros({rows, static_cast<std::int64_t>(shape.outputs())})
                                 : torch::Tensor();
  const auto outputs =
      call_user_code(ErrorKind::input, name, [&] { return model.forward(inputs, state); });
  check_outputs(outputs, rows, shape, name);
  call_user_code(ErrorKind::input, name, [&] { check_gradients(model, outputs, name); });
}

std::string largest_difference(const torch::Tensor& a, const torch::Tensor& b) {
  if (a.sizes() != b.sizes()) return "in the shape, expected " + described(b);
  return "up to " + std::to_string((a - b).abs().max().item<double>());
}

/// Otherwise the model's files would fail, or differ, when the training is over.
void check_script(Model& model, const ModelShape& shape, const std::string& name) {
  if (model.script().empty() || model.module() != nullptr) return;
  torch::jit::Module module("Probe");
  add_tensors(module, model);
  define_forward(module, shape.state ? "h, s" : "h", model.script(), "h");
  module.eval();
  const torch::NoGradGuard no_gradients;
  const auto inputs = torch::linspace(-1, 1, 2 * static_cast<std::int64_t>(shape.inputs))
                          .reshape({2, static_cast<std::int64_t>(shape.inputs)});
  torch::Tensor state;
  std::vector<torch::IValue> values = {inputs};
  if (shape.state) {
    const auto outputs = static_cast<std::int64_t>(shape.outputs());
    state = torch::linspace(-1, 1, 2 * outputs).reshape({2, outputs});
    values.emplace_back(state);
  }
  const auto trained = model.forward(inputs, state), exported = module.forward(values).toTensor();
  if (exported.sizes() == trained.sizes() && torch::allclose(exported, trained, 1e-3, 1e-5)) return;
  throw Error(ErrorKind::input, name + " has a script that gives other values than its forward: " +
                                    described(exported) + ", and the difference is " +
                                    largest_difference(exported, trained));
}

}  // namespace

void probe(Model& model, const ModelShape& shape, const std::string& name) {
  check_tensors(model, name);
  const Saved saved(model);
  model.train();
  for (const std::int64_t rows : batches) run(model, rows, shape, name);
  model.eval();
  call_user_code(ErrorKind::input, name, [&] { check_script(model, shape, name); });
  model.train();
}

}  // namespace weir
