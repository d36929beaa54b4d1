#pragma once
// How far an autoregressive model goes astray when it is fed its own predictions.

#include <cstddef>
#include <functional>
#include <vector>

#include "server/collective/collective.h"
#include "server/models/model.h"
#include "server/results/validation_result.h"
#include "server/samples/data_rows.h"
#include "server/samples/normalisation.h"
#include "src/study/study.h"

namespace weir {

struct RolloutResult {
  /// ‖prediction − truth‖ / ‖truth‖ of all predicted steps of a simulation together, in the fields'
  /// units; the mean over simulations, those left out whose truth is 0; NaN when it is 0 in all.
  double relative_l2 = 0;
  /// Of the predicted steps one by one, as in a validation; NaN for steps below the lead. Its loss
  /// is 0.
  ValidationResult steps;
};

/// A rollout begins with the first `lead` steps of a simulation of the data set, and predicts all
/// others from them and from what it has predicted. Used by one thread.
class Rollout {
 public:
  /// `study` and `rows` outlive it. `rows`: whole simulations, each with all of its steps from
  /// `lead` on, ascending.
  Rollout(const Study& study, const DataRows& rows);

  /// Collective; the same result on all ranks, to the bit. `alive` is called again and again
  /// meanwhile. Errors: those of DataSet, when it is read again.
  RolloutResult run(Model& model, const Normalisation& normalisation, Collective& collective,
                    const std::function<void()>& alive) const;

 private:
  struct Group;
  struct Sums;
  std::vector<torch::Tensor> first_states(const Normalisation& normalisation,
                                          const Group& group) const;
  torch::Tensor inputs(const Normalisation& normalisation, const Group& group,
                       std::size_t step) const;
  void compare(const Normalisation& normalisation, const Group& group, std::size_t step,
               const torch::Tensor& predictions, Sums& sums) const;

  const Study& study_;
  const DataRows& rows_;
  std::size_t lead_, predicted_;  ///< steps of a simulation
};

}  // namespace weir
