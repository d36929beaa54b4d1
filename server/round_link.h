#pragma once
// Ties the rounds of agreement to the rank's aggregator, its sample store, its cuts and, on rank 0,
// the controller.

#include <atomic>

#include "server/adaptive_sampling.h"
#include "server/aggregator.h"
#include "server/control/controller.h"
#include "server/store/sample_store.h"
#include "server/study_cuts.h"
#include "server/training/round.h"
#include "src/core/clock.h"

namespace weir {

/// Used by the trainer's thread.
class RoundLink final : public RoundParticipant {
 public:
  /// `store` is null when nothing is received, `controller` but on rank 0, `terminate` and
  /// `relieve` when nobody asks so for an end. All arguments outlive the link.
  RoundLink(Aggregator& aggregator, SampleStore* store, Controller* controller, const Clock& clock,
            const std::atomic<bool>* terminate, const std::atomic<bool>* relieve = nullptr)
      : aggregator_(aggregator),
        store_(store),
        controller_(controller),
        clock_(clock),
        terminate_(terminate),
        relieve_(relieve) {}

  /// From now on, until it is given null, cuts are taken.
  void attach(StudyCuts* cuts) { cuts_ = cuts; }

  /// From now on. Null: the sampling is not adaptive.
  void adapt(AdaptiveSampling* sampling) { sampling_ = sampling; }

  RoundInput before_round() override;
  void after_round(const Agreed& agreed) override;
  void cut(TrainingState state) override;

  bool reception_over() const { return reception_over_; }
  /// A rank was told to make room for its successor; the same on all ranks.
  bool relieved() const { return relieved_; }

 private:
  Aggregator& aggregator_;
  SampleStore* store_;
  Controller* controller_;
  const Clock& clock_;
  const std::atomic<bool>*terminate_, *relieve_;
  StudyCuts* cuts_ = nullptr;
  AdaptiveSampling* sampling_ = nullptr;
  bool termination_told_ = false, relief_told_ = false;
  bool relieved_ = false;
  bool reception_over_ = false;
};

}  // namespace weir
