#pragma once
// The errors of a model on unseen simulations, each rank looking at its share of them.

#include <cstddef>
#include <functional>
#include <optional>
#include <vector>

#include "server/collective/collective.h"
#include "server/losses/loss.h"
#include "server/models/model.h"
#include "server/results/validation_result.h"
#include "server/samples/data_rows.h"
#include "server/samples/normalisation.h"
#include "server/validation/error_sums.h"
#include "server/validation/rollout.h"
#include "src/study/study.h"

namespace weir {

/// Sample k of the data set is looked at by rank k mod ranks; of autoregressive samples, which are
/// rolled out as well, the k-th simulation. Not to be moved. Holds no lock of anything else.
class Validation {
 public:
  /// Reads this rank's share of the study's validation data set; from then on it is in memory when
  /// it fits. Errors: those of DataSet; Error{input} for a data set without samples.
  Validation(const Study& study, std::size_t rank, std::size_t ranks);

  /// Collective; the same result on all ranks, to the bit. `alive` is called again and again
  /// meanwhile. Errors: those of DataSet, when it is read again.
  ValidationResult run(Model& model, const Loss& loss, const Normalisation& normalisation,
                       Collective& collective, const std::function<void()>& alive);
  /// Of autoregressive samples: the same simulations, predicted from their first steps on. Nothing
  /// for direct samples. Otherwise as run().
  std::optional<RolloutResult> roll_out(Model& model, const Normalisation& normalisation,
                                        Collective& collective,
                                        const std::function<void()>& alive) const;

 private:
  torch::Tensor read_states(const Normalisation& normalisation, std::size_t first,
                            std::size_t count);
  void add_chunk(Model& model, const Loss& loss, const Normalisation& normalisation,
                 std::size_t first, std::size_t count, ErrorSums& sums);

  const Study& study_;
  DataRows rows_;
  std::optional<Rollout> rollout_;  ///< of rows_
  torch::Tensor inputs_, targets_;  ///< of a chunk; reused
  torch::Tensor states_;            ///< as targets_; undefined for direct samples
  std::vector<double> norms_;       ///< ‖truth‖ of each field of each sample of a chunk
};

}  // namespace weir
