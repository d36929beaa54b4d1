#pragma once
// Trainings as programs of their own, as in practice: each with a study in a folder of its own.

#include <functional>
#include <string>
#include <vector>

#include "src/core/study_directory.h"
#include "src/study/study.h"

namespace weir::bench {

/// What weir-bench-trainer prints.
struct TrainerFigures {
  double samples_per_second = 0;  ///< behind the first tenth of the batches
  double with_start = 0;          ///< from the first batch on, as weir-server says it
  double sums = 0;                ///< share of the time in sums of gradients
  double words = 0;               ///< share of the time in the words that open each round
};

/// Runs programs and waits for all of them; what each printed. Error{study} when one fails or takes
/// longer than two minutes, with what it said.
std::vector<std::string> output_of(const std::vector<std::vector<std::string>>& commands);

/// The same training on samples that are there, `copies` times at once, each on so many ranks.
std::vector<TrainerFigures> resident_training(const Study& study, std::size_t ranks,
                                              std::size_t copies = 1);

/// Samples per second of weir-server, whose clients are processes that run `client` with the number
/// of their simulation, from its start to its end. What is left of them then is killed.
double live_training(const Study& study,
                     const std::function<int(const StudyDirectory&, std::size_t)>& client);

}  // namespace weir::bench
