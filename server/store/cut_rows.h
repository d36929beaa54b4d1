#pragma once
// The rows of one cut that are still to be written, and the copies of those whose slots were taken
// meanwhile.

#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <vector>

#include "server/checkpoint/store_cut.h"
#include "server/store/slot_rows.h"

namespace weir {

/// Copy on overwrite. All that is "under the lock" is so under the store's mutex; rows are copied
/// without it. Two threads: the one that fills slots calls vacate(), the one that writes the
/// checkpoint next() and read(). Memory: 24 bytes a sample, 4 a slot, and the copies, of which
/// there are at most `side_bytes`, or one, besides those of rows of the history, which are vacated
/// in any case: as many as a cut has.
class CutRows {
 public:
  /// What may be copied aside at most, in bytes, unless a single row is larger.
  static constexpr std::size_t side_bytes = std::size_t{64} << 20;

  /// `mutex` and `values` outlive this. Samples with a place are not to be written.
  CutRows(std::mutex& mutex, const SlotRows& values);

  /// Under the lock, once.
  void begin(const std::vector<CutSample>& samples,
             const std::vector<std::optional<RowPlace>>& places);
  /// Under the lock: how many slots of the buffer can be vacated now, whichever they are.
  std::size_t room() const;
  /// `slot` is about to be filled: its row is copied if it is still to be written. Unlocks and
  /// locks `lock`; waits for as long as the other thread copies this very row.
  void vacate(Slot slot, std::unique_lock<std::mutex>& lock);

  /// Takes the lock. See StoreCut.
  std::optional<std::size_t> next();
  void read(std::size_t sample, std::span<float> row);
  /// Takes the lock: nothing is to be written any more.
  void end();

 private:
  enum class Place : std::uint8_t { slot, aside, none };
  struct Row {
    Slot slot = 0;
    Place place = Place::none;
    bool given = false;  ///< by next()
    bool busy = false;   ///< being copied from its slot
    std::unique_ptr<float[]> copy;
  };

  void leave_slot(Row& row, Place to);

  std::mutex& mutex_;
  const SlotRows& values_;
  std::size_t row_size_;  ///< floats
  std::size_t most_aside_ = 1;

  // Guarded by mutex_.
  std::condition_variable idle_;  ///< a row is not busy any more
  std::vector<Row> rows_;         ///< one a sample
  std::vector<std::uint32_t> row_of_slot_;
  std::vector<std::uint32_t> overwritten_;  ///< copied aside and not given yet
  std::size_t given_up_to_ = 0;             ///< all before were given, or need not be
  std::size_t in_slots_ = 0, aside_ = 0;    ///< rows
  bool ended_ = false;
};

}  // namespace weir
