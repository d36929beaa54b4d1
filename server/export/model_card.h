#pragma once
// card.json: what a user of an exported model has to know about it.

#include <cstddef>
#include <string>
#include <vector>

#include "server/checkpoint/checked_file.h"
#include "server/results/training_result.h"
#include "server/samples/normalisation.h"
#include "src/study/study.h"

namespace weir {

/// What the card says besides the study.
struct CardFacts {
  std::size_t simulations = 0;  ///< trained on, by all ranks
  std::string torch_version;
  std::string no_onnx;            ///< why there is no model.onnx; empty: there is
  std::vector<FileRecord> files;  ///< the model's other files
};

/// Name, inputs, time axis, outputs with their offsets, normalisation, validation errors, training,
/// provenance, as JSON text. docs/exported_model.md describes the keys.
std::string model_card(const Study& study, const Normalisation& normalisation,
                       const TrainingResult& result, const CardFacts& facts);

}  // namespace weir
