#pragma once
// The plan of a study file: where each number of the model comes from, and what it leads to.

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "src/plan/plan.h"
#include "src/study/study.h"

namespace weir {

/// What a user says in place of the study, of measurements and of assumptions.
struct PlanOptions {
  std::optional<double> step_seconds, start_seconds, queue_seconds;  ///< of solvers; plan.h
  std::optional<double> train_seconds;  ///< of a step of one rank, without the sum over the ranks
  std::optional<double> link_rate, ingest_rate;  ///< bytes per second: in all; a rank
  std::optional<std::size_t> clients, ranks;
  std::string machine;  ///< of src/plan/machine.h; empty: laptop, or a100 where GPUs are asked for
};

enum class Origin { given, study, measured, assumed };
const char* origin_name(Origin origin);

/// A number that the model starts from.
struct Figure {
  std::string name;  ///< as in JSON: "step_seconds"
  std::string text;  ///< for people: "a step of the solver"
  double value = 0;
  std::string unit;  ///< "s", "B", "B/s", or what is counted
  Origin origin = Origin::study;
  std::string source;  ///< an option, a key, a page, or the assumption
};

struct StudyPlan {
  PlanInput input;
  std::vector<Figure> figures;
  double server_memory = 0;  ///< bytes, of all ranks
  double client_memory = 0;  ///< bytes, of one simulation, besides the solver's own
  PlanResult result;
};

/// Error{input}: there is no such machine, the study has no ensemble, or the weights of its model
/// are not known and no train_seconds are given.
StudyPlan plan_of(const Study& study, const PlanOptions& options);

/// The same study with twice the ranks, and with twice the clients where there are simulations for
/// more.
std::vector<StudyPlan> what_if(const Study& study, const PlanOptions& options,
                               const StudyPlan& plan);

}  // namespace weir
