#pragma once
// The agreement that opens every step: one small all-reduced word, so that all ranks do the same next thing.

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "server/training/collective.h"
#include "server/training/sample_source.h"

namespace weir {

/// What the server around the trainer brings into a round.
struct RoundInput {
  bool stop = false;                 ///< end the training in order, now
  bool reception_over = false;       ///< no rank will receive anything more (said by rank 0)
  std::vector<std::int64_t> events;  ///< opaque words for all ranks; nearly always empty
};

/// What all ranks hold to be true after a round; identical on every rank, but for `draw`.
struct Agreed {
  bool step = false;                 ///< a training step runs now
  bool over = false;                 ///< every rank is over and empty: the training has ended
  bool stop = false;                 ///< some rank asked to stop
  bool reception_over = false;
  std::size_t draw = 0;              ///< samples this rank contributes to the step; 0 for a rank below its watermark
  std::size_t total = 0;             ///< samples of the step over all ranks
  std::vector<std::int64_t> events;  ///< of all ranks, in rank order
};

/// A step runs when no rank is below its watermark or when any is full (section 5 of the design: else a client that
/// waits for the full rank cannot feed the other, and the circle is closed), and some rank has a sample to give.
Agreed agree(Collective& collective, const Offer& offer, const RoundInput& input);

/// The server's part of each round; called by the trainer thread.
class RoundParticipant {
 public:
  virtual ~RoundParticipant() = default;
  virtual RoundInput before_round() = 0;
  virtual void after_round(const Agreed& agreed) = 0;
};

}  // namespace weir
