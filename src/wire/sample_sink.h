#pragma once
// Where an aggregator session puts samples: the seam between the wire protocol and the server's
// sample store.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "src/core/sample_id.h"

namespace weir::wire {

using Slot = std::uint32_t;

enum class BeginStatus {
  begun,      ///< a slot is reserved for the sample; write its rows, then commit or abandon
  duplicate,  ///< this sample is in the ledger already: drop what comes
  no_room,    ///< every slot holds an unseen sample, or one being filled or read: come again
};
struct Begin {
  BeginStatus status;
  Slot slot = 0;
};

enum class CommitStatus {
  accepted,   ///< in buffer and ledger
  duplicate,  ///< another copy was first; the slot is free again
  dropped,    ///< a value was not finite and the study drops such samples; the ledger knows it
  refused,    ///< a value was not finite and the study refuses such simulations; the slot is free
              ///< again, but its rows can be read until the next begin()
};

/// Called by one thread, the aggregator. Rows may be written without a lock between begin and
/// commit.
class SampleSink {
 public:
  virtual ~SampleSink() = default;
  /// How many samples begin() would find room for now; what credit for new samples may promise.
  virtual std::size_t room() const = 0;
  virtual Begin begin(SampleId id) = 0;
  /// The row of `field` in `slot`: as many floats as the field has values.
  virtual float* row(Slot slot, std::size_t field) = 0;
  /// The physical time of the slot's step, finite, where the study lets solvers say it: once,
  /// between begin and commit.
  virtual void set_time(Slot slot, double time) { (void)slot, (void)time; }
  virtual CommitStatus commit(Slot slot) = 0;
  virtual void abandon(Slot slot) = 0;
  /// No step of `sim` comes any more, though it is not complete: what was kept for later ones is
  /// not needed.
  virtual void forget(std::uint64_t sim) { (void)sim; }
  /// The steps of `sim` that this rank has, as a bitmap: bit k of byte k/8 for step k.
  virtual std::vector<std::uint8_t> held(std::uint64_t sim) const = 0;
  /// The steps of `sim` that are in a published checkpoint of this rank, as a bitmap like held().
  virtual std::vector<std::uint8_t> durable(std::uint64_t sim) const {
    (void)sim;
    return {};
  }
  /// Whether all steps of `sim` that belong to this rank are in the ledger.
  virtual bool complete(std::uint64_t sim) const = 0;
};

}  // namespace weir::wire
