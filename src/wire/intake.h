#pragma once
// The way of a chunk, from its frame into its slot, and of a complete sample into buffer and
// ledger.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <unordered_set>

#include "src/wire/aggregator_session.h"
#include "src/wire/credit.h"
#include "src/wire/message.h"
#include "src/wire/sample_sink.h"
#include "src/wire/session.h"

namespace weir::wire {

/// Puts chunks in their places and keeps those whose slot is not free yet. Says what is to be told;
/// sends nothing, and ends no session: its owner does.
class Intake {
 public:
  /// All arguments outlive it.
  Intake(const AggregatorSettings& settings, SampleSink& sink, AggregatorEvents& events,
         CreditPool& pool, AggregatorCounters& counters)
      : settings_(settings), sink_(sink), events_(events), pool_(pool), counters_(counters) {}

  /// A chunk, and the frame it came in. A Reject: it breaks a rule, or completes a sample that the
  /// study refuses, and the sessions of its run have to end; or, with no_session, this one has to
  /// begin again.
  std::optional<Reject> receive(Session& session, const Data& data, Bytes values, Bytes frame,
                                Time now);
  /// Chunks that wait for a slot are tried again; as receive().
  std::optional<Reject> retry(Session& session, Time now);
  /// What waits of the session is dropped.
  void drop_waiting(Session& session);
  std::size_t waiting_bytes() const { return waiting_bytes_; }
  /// Tells the server when this rank has all steps of `sim`; once.
  void tell_completed(std::uint64_t sim);

 private:
  enum class Taken { yes, no_room, rejected };

  Taken reject_place(ChunkPlace place, const Data& data);
  Taken start(Session& session, const Data& data);
  Taken take(Session& session, const Data& data, Bytes values, Time now);
  Taken reject(RejectCode code, std::string text);
  Taken commit(SolverRun& run, std::uint64_t step);
  void count(SampleId id, CommitStatus status);
  Taken keep(Session& session, Bytes frame, std::size_t bytes);

  const AggregatorSettings& settings_;
  SampleSink& sink_;
  AggregatorEvents& events_;
  CreditPool& pool_;
  AggregatorCounters& counters_;
  std::unordered_set<std::uint64_t> completed_;
  std::size_t waiting_bytes_ = 0;
  std::optional<Reject> why_;  ///< of the latest `rejected`
};

}  // namespace weir::wire
