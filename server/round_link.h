#pragma once
// Ties the rounds of agreement to the rank's aggregator, its sample store and, on rank 0, the
// controller.

#include "server/aggregator.h"
#include "server/control/controller.h"
#include "server/store/sample_store.h"
#include "server/training/round.h"
#include "src/core/clock.h"

namespace weir {

/// Used by the trainer's thread.
class RoundLink final : public RoundParticipant {
 public:
  /// `store` is null when nothing is received, `controller` but on rank 0. All arguments outlive
  /// the link.
  RoundLink(Aggregator& aggregator, SampleStore* store, Controller* controller, const Clock& clock)
      : aggregator_(aggregator), store_(store), controller_(controller), clock_(clock) {}

  RoundInput before_round() override {
    RoundInput input;
    input.events = aggregator_.take_events();
    if (controller_ != nullptr) {
      input.stop = controller_->stop_reason().has_value();
      input.reception_over = controller_->reception_over();
    }
    return input;
  }

  void after_round(const Agreed& agreed) override {
    if (controller_ != nullptr)
      controller_->apply(agreed.events, clock_.now(), store_ != nullptr && store_->room() > 0);
    if (agreed.reception_over && !reception_over_) {
      reception_over_ = true;
      if (store_ != nullptr) store_->end_reception();
    }
  }

  bool reception_over() const { return reception_over_; }

 private:
  Aggregator& aggregator_;
  SampleStore* store_;
  Controller* controller_;
  const Clock& clock_;
  bool reception_over_ = false;
};

}  // namespace weir
