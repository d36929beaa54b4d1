#pragma once
// Which samples were drawn when, out of a lineage log.

#include <cstddef>
#include <vector>

#include "src/core/file_system.h"
#include "src/core/study_directory.h"

namespace weir {

/// One sample in one batch, of rank 0.
struct Draw {
  double number = 0;  ///< how many rank 0 had drawn before
  double step = 0, sim = 0;
  double arrival = 0;  ///< how many samples had come to rank 0 before it; NaN: the log does not say
};

struct DrawRecord {
  std::vector<Draw> draws;  ///< at most 400 000, evenly taken
  double drawn = 0;         ///< all of them
  double arrived = 0;       ///< samples that came to rank 0; 0 when the log does not say
  std::size_t ranks = 1;
};

/// Error{input}: the study wrote no log. Errors of LineageReader.
DrawRecord read_draws(FileSystem& files, const StudyDirectory& directory);

}  // namespace weir
