#include "server/models/script.h"

#include <exception>

#include "src/core/error.h"
#include "src/surrogate/torchscript.h"

namespace weir {
namespace {

torch::Tensor copy_of(const torch::Tensor& tensor) { return tensor.detach().clone().contiguous(); }

}  // namespace

void add_tensors(torch::jit::Module& module, const Model& model) {
  if (model.module() != nullptr) {
    module.register_module("model", model.module()->deepcopy());
    return;
  }
  for (const auto& item : model.named_parameters())
    module.register_parameter(attribute_name(item.key()),
                              copy_of(item.value()).requires_grad_(true),
                              /*is_buffer=*/false);
  for (const auto& item : model.named_buffers())
    module.register_buffer(attribute_name(item.key()), copy_of(item.value()));
}

void define_forward(torch::jit::Module& module, const std::string& arguments,
                    const std::string& statements, const std::string& result) {
  try {
    module.define("def forward(self, " + arguments + "):\n" + statements + "    return " + result +
                  "\n");
  } catch (const std::exception& error) {  // LibTorch has several of its own
    throw Error(ErrorKind::input,
                std::string("the model's script does not compile: ") + error.what());
  }
}

}  // namespace weir
