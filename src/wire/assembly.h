#pragma once
// The samples of one solver that have begun and are not complete: which slot, and how much of each
// field is there, from each of the solver's parts.

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
  first,       ///< of what its part has of the sample
  next,        ///< of a sample that the part has begun
  repeated,    ///< its values are there already
  gap,         ///< it is not the field's next: a part's chunks of a field come in order
  other_time,  ///< it says another time than the sample's first chunk
  too_much,    ///< more values than the field has left
};

enum class Started {
  begun,    ///< a slot was taken for the sample, or it is absorbed
  joined,   ///< another part had begun it
  no_room,  ///< come again
  known,    ///< the ledger has it, and its part alone cannot tell when all of it has come
};

/// Knows slots, not bytes in flight. Abandons what is incomplete when it goes.
class Assembly {
 public:
  using Part = std::uint64_t;  ///< rank of the solver

  /// `parts`: ranks of the solver that send. The others outlive it.
  Assembly(SampleSink& sink, const AggregatorSettings& settings, std::size_t parts);
  ~Assembly();
  Assembly(const Assembly&) = delete;
  Assembly& operator=(const Assembly&) = delete;

  ChunkPlace place_of(Part part, const Data& data) const;
  /// Reserves a slot, unless another part has; a sample of a solver of one part that the ledger has
  /// is begun too, without a slot: its chunks are absorbed. Precondition: place_of() is `first`.
  Started begin(Part part, const Data& first);
  /// Copies the values to their place. Precondition: place_of() is `next`. True: the sample is
  /// complete.
  bool add(Part part, const Data& data, Bytes values);

  struct Share {
    Part part;
    std::uint64_t values;
  };
  struct Committed {
    CommitStatus status;
    std::optional<Slot> slot;   ///< none of a duplicate that was absorbed
    std::vector<Share> shares;  ///< of the parts that it came from
  };
  /// Precondition: the sample is complete.
  Committed commit(std::uint64_t step);

  /// The part's session is over: what came of samples that are incomplete has to come again.
  /// Returns how many samples no other part had begun; they are abandoned.
  std::size_t leave(Part part);

 private:
  using Received = std::vector<std::uint64_t>;  ///< values, by field
  struct Partial {
    std::optional<Slot> slot;
    double time;
    Received left;                                ///< of all parts together
    std::unordered_map<Part, Received> received;  ///< of the parts that have begun it
  };

  bool complete(const Partial& partial) const;
  void put(const Partial& partial, const Data& data, Bytes values);
  static bool take_back(Partial& partial, Part part);

  SampleSink& sink_;
  const std::vector<std::size_t>& field_sizes_;
  const bool times_;
  const std::size_t parts_, steps_;
  std::unordered_map<std::uint64_t, Partial> partial_;  ///< by step
  std::unordered_map<Part, std::vector<bool>> done_;    ///< a bit a step: complete in its session
};

}  // namespace weir::wire
