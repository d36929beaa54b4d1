#pragma once
// What keeps the rows of drawn samples somewhere else, so that one that is drawn again is not
// brought there again.

#include <cstddef>
#include <span>

#include "server/buffer/buffer_state.h"
#include "src/core/sample_id.h"

namespace weir {

/// Called by a source while it draws, for one slot after another. Used by one thread.
class RowKeeper {
 public:
  virtual ~RowKeeper() = default;
  /// Whether this sample's row is kept, in the place of this slot; if not it is from now on, and
  /// keep() is called for all its values.
  virtual bool holds(Slot slot, SampleId id) = 0;
  /// The values of the row from `offset` on. They may be read until settle() returns.
  virtual void keep(Slot slot, std::size_t offset, std::span<const float> values) = 0;
  /// Returns when nothing that was given to keep() is read any more.
  virtual void settle() = 0;
};

}  // namespace weir
