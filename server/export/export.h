#pragma once
// A trained model as files that need neither weir nor the study: safetensors, TorchScript and ONNX.

#include <filesystem>
#include <string>

#include "server/models/model.h"
#include "server/samples/normalisation.h"
#include "src/core/file_system.h"
#include "src/study/study.h"

namespace weir {

/// The bare parameters and buffers under their names, for normalised inputs and outputs; and the
/// normalisation: input_centre and input_half_width, [parameters + time], output_mean and
/// output_deviation, [fields]. Errors: those of FileSystem.
void export_safetensors(FileSystem& files, const std::filesystem::path& path, const Model& model,
                        const Normalisation& normalisation, const std::string& study);

/// A module whose forward(inputs) takes physical values, [B, parameters + time] FP32, and returns
/// [B, outputs] in the fields' units; of autoregressive samples forward(inputs,
/// state), the state [B, outputs] in these units too, and the time that of the step that is
/// predicted. Loaded by torch.jit.load in Python and torch::jit::load in C++.
/// Errors: those of FileSystem.
void export_torchscript(FileSystem& files, const std::filesystem::path& path, const Model& model,
                        const Normalisation& normalisation);

/// The same function for ONNX runtimes: "inputs", "state" and "outputs". Returns why there is none,
/// if so: the model has no plan, or would be larger than the format's 2 GiB. Errors: those of
/// FileSystem.
std::string export_onnx(FileSystem& files, const std::filesystem::path& path, const Model& model,
                        const Normalisation& normalisation, const Study& study);

}  // namespace weir
