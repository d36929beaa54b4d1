#include "server/models/torchscript_model.h"

#include <map>
#include <sstream>
#include <tuple>
#include <utility>
#include <vector>

#include <torch/script.h>

#include "server/models/assigned_attributes.h"
#include "server/models/module_tree.h"
#include "server/plugin/user_code.h"
#include "src/core/error.h"

namespace weir {
namespace {

[[noreturn]] void refuse(const std::filesystem::path& file, const std::string& text) {
  throw Error(ErrorKind::input, "/training/model/file: " + file.string() + " " + text);
}

torch::jit::Module read(const std::filesystem::path& file) {
  try {
    return torch::jit::load(file.string(), torch::kCPU);
  } catch (const std::exception& error) {
    refuse(file, "is no TorchScript module that LibTorch " TORCH_VERSION " can read (" +
                     last_words(error) +
                     "); expected what torch.jit.save(torch.jit.script(module)) writes");
  }
}

bool is_tensor(const c10::Argument& argument) {
  return argument.type()->kind() == c10::TypeKind::TensorType ||
         argument.type()->kind() == c10::TypeKind::AnyType;
}

/// What is given comes first; all that follows has a default.
bool takes(const std::vector<c10::Argument>& arguments, std::size_t given) {
  if (arguments.size() < given) return false;
  for (std::size_t k = 0; k < arguments.size(); ++k) {
    if (k < given ? !is_tensor(arguments[k]) : !arguments[k].default_value()) return false;
  }
  return true;
}

std::string shown(const std::vector<c10::Argument>& arguments) {
  std::ostringstream text;
  for (const auto& argument : arguments)
    text << (&argument == arguments.data() ? "" : ", ") << argument.name() << ": "
         << argument.type()->repr_str();
  return "forward(" + text.str() + ")";
}

void check_signature(const torch::jit::Module& module, const std::filesystem::path& file,
                     bool state) {
  const std::string expected =
      state ? "expected forward(x: Tensor, state: Tensor), since the samples are autoregressive"
            : "expected forward(x: Tensor), since the samples are direct";
  const auto method = module.find_method("forward");
  if (!method) refuse(file, "has no method forward; " + expected);
  const auto& all = method->function().getSchema().arguments();
  const std::vector<c10::Argument> arguments(all.begin() + 1, all.end());  // the first is self
  if (!takes(arguments, state ? 2 : 1)) refuse(file, "has " + shown(arguments) + "; " + expected);
}

class TorchScriptModel final : public Model {
 public:
  TorchScriptModel(torch::jit::Module module, const std::filesystem::path& file, bool state,
                   bool increment)
      : module_(std::move(module)), file_(file), state_(state), increment_(increment) {
    const auto assigned = assigned_attributes(module_);
    for (const auto& owner : module_.named_modules()) {
      const std::string prefix = owner.name.empty() ? "" : owner.name + ".";
      for (const auto& tensor : owner.value.named_parameters(/*recurse=*/false))
        adopt(owner.value, prefix, tensor.name, tensor.value);
      for (const auto& tensor : owner.value.named_buffers(/*recurse=*/false))
        adopt(owner.value, prefix, tensor.name, tensor.value);
    }
    std::erase_if(buffers_, [&](const Buffer& buffer) { return !assigned.contains(buffer.name); });
  }

  torch::Tensor forward(torch::Tensor inputs, torch::Tensor state) override {
    // What is optimised after the first runs would round otherwise than they did, and a training
    // that goes on from a checkpoint would not repeat the bits of one that was not interrupted.
    const torch::jit::GraphOptimizerEnabledGuard as_written(false);
    std::vector<torch::IValue> arguments{std::move(inputs)};
    if (state_) arguments.emplace_back(state);
    lend_buffers();
    const auto outputs = module_.forward(std::move(arguments));
    if (!outputs.isTensor())
      refuse(file_, "returns " + outputs.type()->repr_str() + "; expected one Tensor");
    keep_buffers();
    // Any other shape is for the caller to refuse; the sum would hide it.
    const bool adds = increment_ && outputs.toTensor().sizes() == state.sizes();
    return adds ? outputs.toTensor() + state : outputs.toTensor();
  }

  std::string script() const override {
    if (!state_) return "    h = self.model.forward(h)\n";
    return increment_ ? "    h = self.model.forward(h, s) + s\n"
                      : "    h = self.model.forward(h, s)\n";
  }
  const torch::jit::Module* module() const override { return &module_; }

  void train(bool on) override {
    Model::train(on);
    module_.train(on);
  }

 private:
  struct Buffer {
    torch::jit::Module owner;
    std::string name;
    torch::Tensor registered;
    torch::Tensor lent{};  ///< what the latest pass began with
    std::uint32_t version = 0;
  };
  using Place = std::tuple<const void*, std::vector<std::int64_t>, std::vector<std::int64_t>>;

  /// Gives the tensor memory of its own, which both this tree and the module's see.
  void adopt(const torch::jit::Module& owner, const std::string& prefix, const std::string& name,
             const torch::Tensor& given) {
    const Place place{given.data_ptr(), given.sizes().vec(), given.strides().vec()};
    const bool empty = given.numel() == 0;
    const auto known = adopted_.find(place);
    const bool trained = given.requires_grad();
    if (known == adopted_.end() || empty) {
      const auto own =
          given.detach().clone(torch::MemoryFormat::Contiguous).requires_grad_(trained);
      adopted_[place] = register_tensor(*this, prefix + name, own, trained);
    }
    const auto& tensor = adopted_[place];
    torch::jit::Module(owner).setattr(name, tensor);
    if (!trained) buffers_.push_back({owner, name, tensor});
  }

  /// The script gives some attributes new tensors instead of changing those they have. The pass
  /// sees copies of them: the gradient may need the old values after keep_buffers().
  void lend_buffers() {
    for (auto& buffer : buffers_) {
      buffer.lent = buffer.registered.clone();
      buffer.version = buffer.lent._version();
      buffer.owner.setattr(buffer.name, buffer.lent);
    }
  }
  void keep_buffers() {
    const torch::NoGradGuard no_gradients;
    for (auto& buffer : buffers_) {
      const auto now = buffer.owner.attr(buffer.name).toTensor();
      // Of two names for one buffer only one may have got a new value.
      if (!now.is_same(buffer.lent) || now._version() != buffer.version)
        buffer.registered.copy_(now);
      buffer.owner.setattr(buffer.name, buffer.registered);
    }
  }

  torch::jit::Module module_;
  const std::filesystem::path file_;
  const bool state_, increment_;
  std::map<Place, torch::Tensor> adopted_;  ///< by the memory that they had
  std::vector<Buffer> buffers_;             ///< that the script assigns
};

}  // namespace

std::shared_ptr<Model> load_torchscript(const std::filesystem::path& file, bool state,
                                        bool increment) {
  auto module = read(file);
  check_signature(module, file, state);
  return std::make_shared<TorchScriptModel>(std::move(module), file, state, increment);
}

}  // namespace weir
