#include "server/round_link.h"

#include <utility>

#include "server/control/rank_event.h"
#include "src/core/failpoint.h"

namespace weir {

RoundInput RoundLink::before_round() {
  RoundInput input;
  input.events = aggregator_.take_events();
  if (terminate_ != nullptr && terminate_->load() && !std::exchange(termination_told_, true))
    append(input.events, {RankEvent::Kind::terminated});
  if (relieve_ != nullptr && relieve_->load() && !std::exchange(relief_told_, true))
    append(input.events, {RankEvent::Kind::relieved});
  if (controller_ != nullptr) {
    input.stop = controller_->stop_reason().has_value();
    input.reception_over = controller_->reception_over();
    for (const Attempt& lowest : controller_->take_fences())
      append(input.events, {RankEvent::Kind::fence, 0, static_cast<std::int64_t>(lowest.sim),
                            static_cast<std::int64_t>(lowest.attempt)});
  }
  if (sampling_ != nullptr) sampling_->before_round(input);
  if (cuts_ != nullptr) cuts_->before_round(input);
  if (!input.events.empty()) WEIR_FAILPOINT("trainer.before_events");
  return input;
}

void RoundLink::after_round(const Agreed& agreed) {
  if (controller_ != nullptr)
    controller_->apply(agreed.events, clock_.now(), store_ != nullptr && store_->room() > 0);
  if (sampling_ != nullptr) sampling_->after_round(agreed);
  for (const RankEvent& event : rank_events(agreed.events)) {
    if (event.kind == RankEvent::Kind::relieved) relieved_ = true;
    if (event.kind == RankEvent::Kind::fence)
      aggregator_.fence(static_cast<std::uint64_t>(event.sim),
                        static_cast<std::uint64_t>(event.value));
  }
  if (agreed.reception_over && !reception_over_) {
    WEIR_FAILPOINT("trainer.reception_over");
    reception_over_ = true;
    if (store_ != nullptr) store_->end_reception();
  }
  if (cuts_ != nullptr) cuts_->after_round(agreed);
}

void RoundLink::cut(TrainingState state) {
  if (cuts_ != nullptr) cuts_->cut(std::move(state));
}

}  // namespace weir
