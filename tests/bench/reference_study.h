#pragma once
// Studies of the reference experiment's surrogate (section 11 of the design), for trainings that
// are measured as a whole.

#include <cstddef>
#include <string>

#include "src/study/study.h"

namespace weir::bench {

struct StudyCase {
  std::size_t values = 0;                        ///< of a sample, one field
  std::size_t batch = 10;                        ///< samples per rank
  std::size_t batches = 0;                       ///< after which the training ends
  std::size_t capacity = 1000, watermark = 200;  ///< of the reservoir, samples
  std::size_t clients = 2;  ///< processes, one simulation each that never ends by itself
};

/// 6-256-256-`values`, Adam with weight decay, a reservoir, one thread, no validation and no
/// checkpoint.
Study study_of(const StudyCase& which);

/// "cuda": on a GPU, which keeps the rows.
void train_on(const std::string& device, Study& study);

}  // namespace weir::bench
