#pragma once
// A TorchScript module of the user's, trained as it is given.

#include <filesystem>
#include <memory>

#include "server/models/model.h"

namespace weir {

/// Reads a module that torch.jit.save wrote, on the CPU. Its parameters that require a gradient are
/// trained, from the values they have; its buffers and other parameters go along under their names.
/// Tensors that share memory as a whole (tied weights) stay one. The module says forward(x), and
/// with `state` forward(x, state), to which the state is added with `increment`; see
/// Model::forward. Errors: Error{input} naming the file, what was expected and what was found: no
/// file, no TorchScript, another signature, a tensor of another type, nothing to train.
std::shared_ptr<Model> load_torchscript(const std::filesystem::path& file, bool state,
                                        bool increment);

}  // namespace weir
