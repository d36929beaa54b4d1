#include "server/checkpointer.h"

#include <exception>
#include <utility>

#include "src/core/error.h"
#include "src/core/failpoint.h"
#include "src/core/planted_bug.h"

namespace weir {

Checkpointer::Checkpointer(const CheckpointSettings& settings, const CutName& first,
                           std::size_t rank, CutFiles& files, CutObserver& observer,
                           std::function<bool()> superseded, const Clock& clock)
    : settings_(settings),
      rank_(rank),
      files_(files),
      observer_(observer),
      superseded_(std::move(superseded)),
      clock_(clock),
      next_(first),
      last_cut_(clock.now()),
      agreed_at_(clock.now()),
      background_("weir-checkpoint") {}

bool Checkpointer::due(bool worth) const {
  if (rank_ != 0 || phase_ != Phase::idle || !worth) return false;
  if (wanted_) return true;
  const bool time = settings_.every > 0 && clock_.now() - last_cut_ >= Seconds(settings_.every);
  return time || (settings_.batches && batches_ >= *settings_.batches);
}

void Checkpointer::before_round(RoundInput& input, bool worth) {
  if (wanted_ && !worth && phase_ == Phase::idle) wanted_ = false;
  input.cut = due(worth);
  if (phase_ == Phase::idle || background_.busy()) return;
  if (work_->superseded)
    throw Error(ErrorKind::environment, "a later server of this study has started: this one ends");
  switch (phase_) {
    case Phase::writing:
      // A part that failed is over as well: only then is no rank's thread at the cut any more.
      input.cut_written = true;
      input.cut_failed = !work_->error.empty();
      break;
    case Phase::publishing:
      if (rank_ != 0) break;
      input.cut_failed = !work_->error.empty();
      input.cut_published = !input.cut_failed;
      break;
    case Phase::giving_up:
      phase_ = Phase::idle;
      work_.reset();
      break;
    case Phase::idle:
      break;
  }
}

void Checkpointer::after_round(const Agreed& agreed) {
  // The step of a round comes after its cut.
  batches_ = (agreed.cut ? 0 : batches_) + (agreed.step ? 1 : 0);
  if (agreed.cut) agreed_at_ = clock_.now();
  const bool all_wrote = agreed.cut_written || WEIR_BUG("publish_before_all_written");
  if (phase_ == Phase::writing && all_wrote && !background_.busy()) {
    if (agreed.cut_failed) {
      give_up();
    } else {
      phase_ = Phase::publishing;
      if (rank_ == 0) start(&Checkpointer::publish);
      if (WEIR_BUG("durable_before_publish")) tell();
    }
  } else if (phase_ == Phase::publishing) {
    if (agreed.cut_failed) give_up();
    if (agreed.cut_published) conclude();
  }
}

void Checkpointer::cut(TrainingState training, std::unique_ptr<StoreCut> store,
                       std::string server) {
  WEIR_FAILPOINT("checkpoint.cut");
  work_ = std::make_unique<Work>();
  RankCut& cut = work_->cut;
  cut.name = next_;
  cut.name.batch = training.batch;
  cut.rank = rank_;
  if (rank_ == 0) cut.training = std::move(training);
  cut.store = std::move(store);
  cut.server = std::move(server);
  ++next_.number;
  wanted_ = false;
  last_cut_ = clock_.now();
  pause_seconds_ = Seconds(last_cut_ - agreed_at_).count();
  phase_ = Phase::writing;
  start(&Checkpointer::write);
}

void Checkpointer::start(void (Checkpointer::*task)()) {
  background_.start([this, task] {
    try {
      (this->*task)();
    } catch (const std::exception& error) {
      work_->error = error.what();
    }
  });
}

void Checkpointer::write() {
  // A later server removes and prunes what this one wants to write: that is no failure.
  work_->superseded = rank_ == 0 && superseded_();
  if (work_->superseded) return;
  work_->part = files_.write(work_->cut);
  WEIR_FAILPOINT("checkpoint.part_written");
}

void Checkpointer::publish() {
  WEIR_FAILPOINT("checkpoint.before_publish");
  work_->superseded = superseded_();
  if (work_->superseded) return;
  files_.publish(work_->cut.name);
  WEIR_FAILPOINT("checkpoint.after_publish");
}

void Checkpointer::clear_away() { files_.give_up(work_->cut.name.number); }

void Checkpointer::conclude() {
  tell();
  warned_ = false;
  work_.reset();
  phase_ = Phase::idle;
}

void Checkpointer::tell() {
  WEIR_FAILPOINT("checkpoint.before_told");
  CutCost cost;
  cost.number = work_->cut.name.number;
  cost.batch = work_->cut.name.batch;
  cost.pause_seconds = pause_seconds_;
  cost.write_seconds = Seconds(clock_.now() - last_cut_).count();
  cost.bytes = work_->part.bytes;
  cost.rows_written = work_->part.rows_written;
  cost.rows_reused = work_->part.rows_reused;
  const StoreCut* store = work_->cut.store.get();
  observer_.published(cost, store == nullptr ? nullptr : &store->state(), work_->part.places);
}

void Checkpointer::give_up() {
  if (!work_->error.empty() && !warned_) {
    warned_ = true;
    observer_.failed("checkpoint " + std::to_string(work_->cut.name.number) + ": " + work_->error);
  }
  // The rows of the cut are not needed any more, and copying them aside for it ends here.
  work_->cut.store.reset();
  phase_ = Phase::giving_up;
  if (rank_ == 0) start(&Checkpointer::clear_away);
}

}  // namespace weir
