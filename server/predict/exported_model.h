#pragma once
// What card.json says of an exported model, as far as predictions need it. No LibTorch.

#include <cstddef>
#include <filesystem>

#include "src/core/file_system.h"
#include "src/study/study.h"

namespace weir {

struct ExportedModel {
  std::filesystem::path script;  ///< model.pt; what the card says of it is true
  /// Name, parameters, fields, steps and time axis of the study that trained it; no more.
  Study study;
  std::size_t lead = 0;  ///< steps from the state to the prediction; 0: there is no state
};

/// `model`: a study directory, its model/, or a TorchScript file beside its card.json.
/// Error{input}: there is none, the card is damaged or of another version, or the file is not the
/// one that was exported (size and checksum).
ExportedModel find_exported_model(FileSystem& files, const std::filesystem::path& model);

}  // namespace weir
