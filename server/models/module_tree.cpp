#include "server/models/module_tree.h"

#include <memory>
#include <utility>

namespace weir {
namespace {

torch::nn::Module& module_at(torch::nn::Module& root, const std::string& path) {
  const auto dot = path.find('.');
  const auto name = path.substr(0, dot);
  const auto children = root.named_children();
  const auto* found = children.find(name);
  auto child = found ? *found : root.register_module(name, std::make_shared<torch::nn::Module>());
  return dot == std::string::npos ? *child : module_at(*child, path.substr(dot + 1));
}

}  // namespace

torch::Tensor register_tensor(torch::nn::Module& root, const std::string& name,
                              torch::Tensor values, bool trained) {
  const auto dot = name.rfind('.');
  torch::nn::Module& owner = dot == std::string::npos ? root : module_at(root, name.substr(0, dot));
  const auto last = dot == std::string::npos ? name : name.substr(dot + 1);
  return trained ? owner.register_parameter(last, std::move(values))
                 : owner.register_buffer(last, std::move(values));
}

}  // namespace weir
