#pragma once
// training.safetensors: the trainer's tensors, with its scalars as metadata.

#include <string>

#include "server/checkpoint/checked_file.h"
#include "server/checkpoint/training_state.h"

namespace weir {

/// Errors: those of CheckedFile.
FileRecord write_training(FileSystem& files, const Path& path, const TrainingState& state);
/// Error{input} naming `place`: not such a file.
TrainingState decode_training(std::string content, const std::string& place);

}  // namespace weir
