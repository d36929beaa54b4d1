#pragma once
// A trained model as files that need neither weir nor the study: safetensors and TorchScript.

#include <filesystem>

#include "server/training/model.h"
#include "server/training/normalisation.h"
#include "src/core/file_system.h"

namespace weir {

/// The bare parameters and buffers under their names, for normalised inputs and outputs. Errors:
/// those of FileSystem.
void export_safetensors(FileSystem& files, const std::filesystem::path& path, const Model& model,
                        const std::string& study);

/// A module whose forward(x) takes physical values, x: [B, parameters + time] FP32, and returns [B,
/// outputs] in the fields' units. Loaded by torch.jit.load in Python and torch::jit::load in C++.
/// Errors: those of FileSystem.
void export_torchscript(FileSystem& files, const std::filesystem::path& path, const Model& model,
                        const Normalisation& normalisation);

}  // namespace weir
