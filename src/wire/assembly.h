#pragma once
// The samples of one session that have begun and are not complete: which slot, and how much of each
// field is there.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

#include "src/wire/aggregator_session.h"
#include "src/wire/message.h"
#include "src/wire/sample_sink.h"

namespace weir::wire {

/// Where a chunk stands in its sample.
enum class ChunkPlace {
  first,       ///< of a sample that has not begun
  next,        ///< of a sample that has
  repeated,    ///< its values are there already
  gap,         ///< it is not the field's next: the chunks of a field come in order
  other_time,  ///< it says another time than the sample's first chunk
};

/// Knows slots, not bytes in flight. Abandons what is incomplete when it goes.
class Assembly {
 public:
  /// Both arguments outlive it.
  Assembly(SampleSink& sink, const AggregatorSettings& settings);
  ~Assembly();
  Assembly(const Assembly&) = delete;
  Assembly& operator=(const Assembly&) = delete;

  ChunkPlace place_of(const Data& data) const;
  /// Reserves a slot; a sample that the ledger has is begun too, without one: its chunks are
  /// absorbed.
  BeginStatus begin(const Data& first);
  /// Copies the values to their row. Precondition: place_of(data) is `next`. True: the sample is
  /// complete.
  bool add(const Data& data, Bytes values);
  struct Committed {
    CommitStatus status;
    std::optional<Slot> slot;  ///< none of a duplicate that was absorbed
  };
  /// Precondition: the sample is complete.
  Committed commit(std::uint64_t step);

 private:
  struct Partial {
    std::optional<Slot> slot;
    std::vector<std::uint64_t> received;  ///< values, by field
    std::uint64_t left;                   ///< values, all fields
    double time;                          ///< of the step
  };

  SampleSink& sink_;
  const std::vector<std::size_t>& field_sizes_;
  const bool times_;
  std::uint64_t sample_size_ = 0;
  std::unordered_map<std::uint64_t, Partial> partial_;  ///< by step
  std::vector<bool> done_;                              ///< by step: complete in this session
};

}  // namespace weir::wire
