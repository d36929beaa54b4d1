#pragma once
// Adaptive sampling among the ranks: losses go to rank 0 in rounds, and the parameters that it has
// settled come back in them before any simulation is submitted.
//
// A simulation is open until a launcher could take it. Then rank 0 writes its parameters to
// parameters.csv and waits for the disk; tells them to all ranks in a round; and settles them
// itself one round later, when every rank has entered it and so has heard them. Only what is
// settled is handed out. So its parameters never change once anybody but rank 0 knows them,
// whatever dies, and whatever checkpoint the server goes on from (docs/decisions/0012).

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "server/collective/collective.h"
#include "server/control/controller.h"
#include "server/sampling/adaptive_state.h"
#include "server/sampling/parameter_file.h"
#include "server/sampling/redraws.h"
#include "server/sampling/relative_losses.h"
#include "server/sampling/settled_design.h"
#include "server/training/round.h"
#include "src/core/clock.h"
#include "src/study/study.h"

namespace weir {

/// Used by the trainer's thread.
class AdaptiveSampling {
 public:
  /// What rank 0 alone has. The controller and the file outlive the sampling.
  struct Leader {
    Controller& controller;
    ParameterFile& file;  ///< started
    std::shared_ptr<SamplingStrategy> strategy;
    std::string strategy_name;
  };

  /// `study`, `design` and `clock` outlive it. `leader`: on rank 0.
  AdaptiveSampling(const Study& study, SettledDesign& design, std::size_t rank,
                   std::optional<Leader> leader, const Clock& clock);

  /// Told of each redraw on rank 0, with the number of batches.
  void on_redraw(std::function<void(std::size_t, const RedrawReport&)> callback);
  void on_warning(std::function<void(const std::string&)> callback);

  /// After each batch, on every rank: the mean loss over the samples of all ranks, and what this
  /// rank drew, possibly nothing.
  void record(std::size_t batches, double mean_loss, std::span<const SampleId> ids,
              std::span<const float> losses);

  void before_round(RoundInput& input);
  void after_round(const Agreed& agreed);

  AdaptiveState save() const;
  /// Before the first round. Error{input}: the state is of another study, or parameters.csv has
  /// lost rows since.
  void restore(const AdaptiveState& state);

 private:
  void tell_losses(RoundInput& input);
  void settle_next(RoundInput& input);
  bool is_told(std::uint64_t sim) const;
  void hear_parameters(const std::vector<std::int64_t>& events);
  void hear_losses(const std::vector<std::int64_t>& events);
  void redraw();

  const Study& study_;
  SettledDesign& design_;
  const std::size_t rank_;
  const Clock& clock_;
  RelativeLosses losses_;
  std::size_t batches_ = 0;
  bool due_ = false;  ///< the next round takes this rank's losses
  std::function<void(std::size_t, const RedrawReport&)> redrawn_ = [](auto, const auto&) {};
  std::function<void(const std::string&)> warned_ = [](const auto&) {};

  // Rank 0's.
  std::optional<Leader> leader_;
  std::optional<Redraws> redraws_;
  LossMemory memory_;
  bool redraw_due_ = false;                   ///< the round under way brings all ranks' losses
  std::vector<ParameterRow> telling_, told_;  ///< in the round under way; in the one before
  Time next_try_{};                           ///< after the disk has failed
  bool warned_of_disk_ = false;
};

/// Collective: rank 0's rows, on every rank.
std::vector<ParameterRow> share_rows(Collective& collective, const std::vector<ParameterRow>& rows,
                                     std::size_t parameters);

}  // namespace weir
