#pragma once
// summary.json: what became of a study, written when it ends, also when it fails.

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>

#include "server/control/simulation_table.h"
#include "server/results/training_result.h"
#include "src/core/file_system.h"

namespace weir {

struct SampleCounts {
  std::size_t expected = 0;   ///< simulations × steps of the study
  std::size_t unique = 0;     ///< accepted
  std::size_t duplicate = 0;  ///< further copies, dropped
  std::size_t dropped = 0;    ///< not finite, dropped by the study's policy
  std::size_t lost = 0;       ///< accepted, but neither drawn nor left in a buffer: must be 0
  std::size_t trained = 0;    ///< drawn, repeats counted
  /// Autoregressive: accepted steps that make a pair with an accepted earlier one, at most
  /// simulations × (steps − lead); `lost` is then of them.
  std::optional<std::size_t> pairs{};
};

enum class StudyStatus { done, stopped, failed, relieved };  ///< relieved: another server goes on

struct Summary {
  StudyStatus status = StudyStatus::done;
  std::string reason;  ///< when done, the limit of the study that ended the training, or empty
  SimulationCounts simulations;
  SampleCounts samples;
  TrainingResult training;
  std::size_t ranks = 1;
  std::size_t restarts = 0;  ///< of the server
  double seconds = 0;        ///< that the study was served, over all restarts
};

/// Error{environment} when it cannot be written.
void write_summary(FileSystem& files, const std::filesystem::path& path, const Summary& summary);

}  // namespace weir
