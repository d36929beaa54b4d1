#pragma once
// What a checkpointer does with files: the folder of checkpoints behind an interface.

#include <cstddef>
#include <cstdint>
#include <memory>

#include "server/checkpoint/checkpoint.h"

namespace weir {

/// Called by the checkpoint's thread alone. Errors: Error{environment}.
class CutFiles {
 public:
  virtual ~CutFiles() = default;
  virtual PartWritten write(RankCut& cut) = 0;
  /// Rank 0: publishes what all ranks have written, and removes old checkpoints.
  virtual void publish(const CutName& name) = 0;
  virtual void give_up(std::uint64_t number) noexcept = 0;  ///< rank 0
};

/// A `keep` of the newest cuts stays in `folder`, which outlives the result.
std::unique_ptr<CutFiles> make_cut_files(CheckpointFolder& folder, std::size_t keep);

}  // namespace weir
