#pragma once
// The training buffer as an algorithm over slot numbers: which sample is drawn next, and where an
// arrival goes.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>

#include "server/buffer/buffer_state.h"
#include "src/core/random.h"
#include "src/study/study.h"

namespace weir {

/// free → filling → unseen → seen → free. A pinned slot keeps its row until it is unpinned: it is
/// neither evicted nor reused. One that was removed by its draw and is still pinned counts nowhere
/// here: it is free when it is unpinned.
struct Occupancy {
  std::size_t free = 0, filling = 0, unseen = 0, seen = 0;
  std::size_t population() const { return unseen + seen; }
};

/// Every operation is O(1). Knows nothing of tensors, sockets or threads; the caller holds the
/// lock. Sources: reservoir, FIFO, FIRO and watermark as in section 5 of the design (Meyer et al.,
/// SC'23, section 3.2).
class Buffer {
 public:
  virtual ~Buffer() = default;
  /// Slots that acquire() could give now, one after another: free ones, and those it may evict.
  virtual std::size_t room() const = 0;
  /// A slot for an arrival: a free one, else an evicted one; nothing when room() is 0. It is
  /// filling then.
  virtual std::optional<Slot> acquire() = 0;
  virtual void commit(Slot slot) = 0;   ///< filling → unseen. Precondition: filling.
  virtual void abandon(Slot slot) = 0;  ///< filling → free. Precondition: filling.
  /// Whether draw() gives a slot now: at the watermark or above, or reception is over and something
  /// is left.
  virtual bool drawable() const = 0;
  /// Draws one slot and pins it (a slot may be pinned several times). The watermark decides when a
  /// batch begins, not where it ends: drawable() is asked once a batch. Precondition: the
  /// population is not 0.
  virtual Slot draw() = 0;
  /// A guess at what the next slots.size() draws give, for prefetching: it may be wrong, but names
  /// slots of the buffer. The tables that these draws look at are brought into the cache, all at
  /// once. Precondition: as for draw().
  virtual void foresee(std::span<Slot> slots) const = 0;
  /// Pins a slot for reading without drawing it. Precondition: it belongs to the population.
  virtual void pin(Slot slot) = 0;
  virtual void unpin(Slot slot) = 0;  ///< Precondition: pinned.
  /// No arrival comes any more: the watermark is lifted, each draw removes what it drew.
  virtual void end_reception() = 0;
  virtual bool reception_over() const = 0;
  virtual Occupancy occupancy() const = 0;
  /// The k-th of the population in no particular order, for looking without drawing. Precondition:
  /// k < population.
  virtual Slot at(std::size_t k) const = 0;
  /// All that decides the choices to come. Precondition: no slot is pinned. Filling slots are saved
  /// as free, after those that are, ascending.
  virtual BufferState save() const = 0;
  /// Goes on where save() was, whatever was before. Error{input}: the state is not one of a buffer
  /// of this kind and capacity; then nothing has changed.
  virtual void restore(const BufferState& state) = 0;
};

/// Preconditions: 0 < capacity < 2^32, watermark ≤ capacity.
std::unique_ptr<Buffer> make_buffer(BufferKind kind, std::size_t capacity, std::size_t watermark,
                                    Random random);

}  // namespace weir
