#pragma once
// The agreement that opens every step: one small all-reduced word, so that all ranks do the same
// next thing.

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "server/checkpoint/training_state.h"
#include "server/collective/collective.h"
#include "server/samples/sample_source.h"

namespace weir {

/// What the server around the trainer brings into a round.
struct RoundInput {
  bool stop = false;                 ///< end the training in order, now
  bool cut = false;                  ///< a checkpoint is due (said by rank 0)
  bool cut_written = false;          ///< this rank's part of the cut in progress is on its disk
  bool cut_failed = false;           ///< this rank's part cannot be written: the cut is given up
  bool cut_published = false;        ///< rank 0 has published the cut in progress
  bool reception_over = false;       ///< no rank will receive anything more (said by rank 0)
  std::vector<std::int64_t> events;  ///< opaque words for all ranks; nearly always empty
};

/// What all ranks hold to be true after a round; identical on every rank, but for `draw`.
struct Agreed {
  bool step = false;           ///< a training step runs now
  bool over = false;           ///< every rank is over and empty: the training has ended
  bool stop = false;           ///< some rank asked to stop
  bool cut = false;            ///< all ranks take a cut now, before the step
  bool cut_written = false;    ///< on every rank
  bool cut_failed = false;     ///< on some rank
  bool cut_published = false;  ///< what every rank has written is durable now
  bool reception_over = false;
  std::size_t draw =
      0;  ///< samples this rank contributes to the step; 0 for a rank below its watermark
  std::size_t total = 0;             ///< samples of the step over all ranks
  std::vector<std::int64_t> events;  ///< of all ranks, in rank order
};

/// A step runs when no rank is below its watermark or when any is full (section 5 of the design:
/// else a client that waits for the full rank cannot feed the other, and the circle is closed), and
/// some rank has a sample to give.
Agreed agree(Collective& collective, const Offer& offer, const RoundInput& input);

/// The server's part of each round; called by the trainer thread.
class RoundParticipant {
 public:
  virtual ~RoundParticipant() = default;
  virtual RoundInput before_round() = 0;
  virtual void after_round(const Agreed& agreed) = 0;
  /// Called after after_round() when a cut was agreed, before the step: the trainer waits
  /// meanwhile. The state has its tensors on rank 0 alone.
  virtual void cut(TrainingState state) { (void)state; }
};

}  // namespace weir
