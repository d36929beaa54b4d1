#pragma once
// D/evaluation.json of a training that has ended: what a report shows of its model.

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "server/evaluation/evaluation.h"
#include "server/sampling/design.h"
#include "src/core/clock.h"
#include "src/core/file_system.h"
#include "src/core/ledger.h"
#include "src/core/study_directory.h"
#include "src/study/study.h"

namespace weir {

/// Parameters of the simulations of which the ledger has a step, or of the study's training data
/// set; 2000 of them at most, evenly taken.
std::vector<std::vector<double>> trained_parameters(const Study& study, const Design& design,
                                                    const Ledger& ledger);
std::vector<std::vector<double>> trained_parameters(const Study& study);

/// Evaluates the exported model in `directory`; takes half a minute at most, or as long as the
/// first simulation. `alive` is called again and again. Throws nothing: a study has its model
/// whatever becomes of this, and `warn` is told why it failed. Returns what was written.
std::optional<Evaluation> write_evaluation(FileSystem& files, const StudyDirectory& directory,
                                           const Study& study,
                                           std::vector<std::vector<double>> trained,
                                           const Clock& clock, const std::function<void()>& alive,
                                           const std::function<void(const std::string&)>& warn);

}  // namespace weir
