#include "server/models/assigned_attributes.h"

#include <torch/csrc/jit/api/function_impl.h>

namespace weir {
namespace {

void add_assigned(const torch::jit::Block& block, std::set<std::string>& assigned) {
  for (const torch::jit::Node* node : block.nodes()) {
    if (node->kind() == c10::prim::SetAttr) assigned.insert(node->s(c10::attr::name));
    for (const torch::jit::Block* inner : node->blocks()) add_assigned(*inner, assigned);
  }
}

}  // namespace

std::set<std::string> assigned_attributes(const torch::jit::Module& module) {
  std::set<std::string> assigned;
  for (const auto& part : module.modules())
    for (auto* const method : part.type()->methods())
      if (auto* const function = torch::jit::tryToGraphFunction(*method))
        add_assigned(*function->graph()->block(), assigned);
  return assigned;
}

}  // namespace weir
