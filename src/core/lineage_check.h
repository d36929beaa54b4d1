#pragma once
// What the lineage logs of a study say, read together: which batch trained on what, and whether
// that agrees with the ledgers.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "src/core/file_system.h"
#include "src/core/sample_id.h"
#include "src/core/study_directory.h"

namespace weir {

struct LineageReport {
  std::uint64_t batches = 0;          ///< the highest number of a batch
  std::uint64_t drawn = 0;            ///< samples in all batches, repeats counted
  std::uint64_t trained = 0;          ///< different ones
  std::uint64_t untrained = 0;        ///< accepted, but in no batch
  bool exhausted = false;             ///< every rank ended in order, with all its samples used up
  std::vector<std::string> problems;  ///< what is wrong, a sentence each; at most 20 a rank
};

/// Checks that batches are numbered from 1 without a hole, that each sample drawn has a step of the
/// study, belongs to the rank and is in its ledger, that no log is incomplete and, when the
/// training used up all samples, that every sample in the ledgers was drawn. Reads lineage.R and
/// ledger.R of all ranks. Errors: those of LineageReader and of Ledger::load.
LineageReport check_lineage(FileSystem& files, const StudyDirectory& directory);

/// Calls `each` for every sample drawn, ordered by batch, then by rank. Errors: those of
/// LineageReader.
void for_each_drawn(FileSystem& files, const StudyDirectory& directory,
                    const std::function<void(std::uint64_t batch, SampleId id)>& each);

}  // namespace weir
