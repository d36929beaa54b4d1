#include "server/study_cuts.h"

#include <thread>
#include <utility>

namespace weir {

namespace {
constexpr auto poll_interval = std::chrono::milliseconds(2);
constexpr auto last_cut_within = std::chrono::minutes(5);
}  // namespace

StudyCuts::StudyCuts(const CutParts& parts, const CheckpointSettings& settings,
                     const CutName& first, std::size_t rank)
    : parts_(parts),
      rank_(rank),
      files_(make_cut_files(parts.folder, settings.keep)),
      checkpointer_(settings, first, rank, *files_, *this, parts.superseded, parts.clock) {}

void StudyCuts::before_round(RoundInput& input) {
  checkpointer_.before_round(input, changes_ > changes_published_);
}

void StudyCuts::after_round(const Agreed& agreed) {
  if (agreed.step || !agreed.events.empty()) ++changes_;
  checkpointer_.after_round(agreed);
}

void StudyCuts::cut(TrainingState training) {
  changes_at_cut_ = changes_;
  checkpointer_.cut(std::move(training), parts_.store == nullptr ? nullptr : parts_.store->cut(),
                    parts_.server_state());
}

void StudyCuts::finish(Collective& collective, bool wanted,
                       const std::function<TrainingState()>& capture) {
  if (wanted && rank_ == 0 && changes_ > 0) {
    ++changes_;  // what ranks have accepted since they last told
    checkpointer_.request();
  }
  const Time deadline = parts_.clock.now() + last_cut_within;
  while (true) {
    if (parts_.controller != nullptr) parts_.controller->beat();
    RoundInput input;
    before_round(input);
    input.stop = rank_ == 0 && (checkpointer_.settled() || parts_.clock.now() > deadline);
    if (input.stop) input.cut = false;
    const Agreed agreed = agree(collective, {Readiness::below, 0}, input);
    after_round(agreed);
    if (agreed.stop) break;
    if (agreed.cut) cut(capture());
    std::this_thread::sleep_for(poll_interval);
  }
  if (!checkpointer_.settled())
    parts_.log.warn("the last checkpoint is not finished in time: it is given up");
}

void StudyCuts::published(const CutCost& cost, const StoreState* store,
                          const std::vector<RowPlace>& places) {
  changes_published_ = changes_at_cut_;
  if (store != nullptr) {
    parts_.store->published(*store, places);
    parts_.aggregator.published();
  }
  parts_.log.info("checkpoint {} of batch {} is published: {} rows written, {} reused", cost.number,
                  cost.batch, cost.rows_written, cost.rows_reused);
  if (parts_.controller != nullptr) parts_.controller->published();
  parts_.metrics.record("checkpoint", cost.batch,
                        {{"number", static_cast<double>(cost.number)},
                         {"pause_seconds", cost.pause_seconds},
                         {"write_seconds", cost.write_seconds},
                         {"bytes", static_cast<double>(cost.bytes)},
                         {"rows", static_cast<double>(cost.rows_written)},
                         {"rows_reused", static_cast<double>(cost.rows_reused)}});
}

void StudyCuts::failed(const std::string& reason) {
  parts_.log.warn("no checkpoint can be written; the training goes on without: {}", reason);
}

}  // namespace weir
