#pragma once
// The server rank's side of the protocol, without sockets: all its clients, their credit, and where
// their chunks go.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "src/core/clock.h"
#include "src/wire/channel.h"
#include "src/wire/message.h"
#include "src/wire/sample_sink.h"

namespace weir::wire {

struct AggregatorSettings {
  std::uint64_t study = 0, schema = 0, epoch = 0;
  std::size_t rank = 0, ranks = 1;
  Routing routing = Routing::by_step;
  std::size_t steps = 0;                   ///< of a simulation
  bool times = false;                      ///< clients say the physical time of each step
  std::vector<std::size_t> field_sizes;    ///< values
  std::vector<std::string> field_names;    ///< for texts; may be empty
  std::size_t inflight_bytes = 64u << 20;  ///< granted and not yet in a slot, all clients together
  Duration liveness = std::chrono::seconds(60);
  /// Of a session without a new chunk, or another sign that its solver goes on (Want::pulse), while
  /// it waits for nothing and this rank lacks steps of it; 0: any.
  Duration progress{};
  /// ACCEPTED may wait so long for more to tell at once, and a hundred times as long while the
  /// client has more on its way, unless told_bytes have come: a message for each small sample costs
  /// more than the sample. 0: each tick tells all.
  Duration patience{};
  std::size_t told_bytes = 1u << 20;
};

/// What the session tells the server around it. None of these calls may call the session.
class AggregatorEvents {
 public:
  virtual ~AggregatorEvents() = default;
  /// Parameters of a simulation; nothing when there is no such simulation (then the client is
  /// rejected).
  virtual std::optional<std::vector<double>> parameters(std::uint64_t sim) = 0;
  virtual void connected(std::uint64_t sim, std::uint64_t attempt) = 0;
  virtual void accepted(SampleId id) = 0;         ///< a unique sample is in buffer and ledger
  virtual void completed(std::uint64_t sim) = 0;  ///< this rank has all its steps of it
  virtual void refused(std::uint64_t sim,
                       const std::string& reason) = 0;  ///< by the non-finite policy
  virtual void lost(std::uint64_t sim,
                    std::uint64_t attempt) = 0;  ///< silent for longer than liveness
  /// The attempt has forgotten `step`, which this rank does not hold: it cannot complete the
  /// simulation, and was refused.
  virtual void lacking(std::uint64_t sim, std::uint64_t attempt, std::uint64_t step) {
    (void)sim, (void)attempt, (void)step;
  }
  /// Connected and alive, but its solver has not gone on for longer than `progress` though all that
  /// it wanted was granted. Told once, and again only after it went on. The session stays.
  virtual void stalled(std::uint64_t sim, std::uint64_t attempt) { (void)sim, (void)attempt; }
  /// A message that is not the session's own: the launcher's.
  virtual void other(const Peer& peer, const Message& message) = 0;
};

struct AggregatorCounters {
  std::uint64_t chunks = 0, bytes = 0;                   ///< DATA put in its place, or absorbed
  std::uint64_t unique = 0, duplicate = 0, dropped = 0;  ///< samples; dropped: not finite
  std::uint64_t repeated = 0;               ///< chunks that their session had seen before
  std::uint64_t malformed = 0, fenced = 0;  ///< messages refused
  std::size_t clients = 0;                  ///< sessions now
  std::size_t inflight_bytes = 0;           ///< granted and not yet in a slot, now
  std::size_t waiting_bytes = 0;            ///< came, and wait for a slot, now
};

/// Deterministic: the same frames and times give the same answers. Used by one thread, the
/// aggregator. Credit: clients with something to send share inflight_bytes evenly; a sample that
/// was begun comes first; a new sample is promised only when the sink has room for it beyond those
/// promised already. A chunk larger than inflight_bytes is granted alone. docs/wire_protocol.md has
/// the rules.
class AggregatorSession {
 public:
  using Send = std::function<void(const Peer&, Frame)>;

  /// Error{input}: so many steps that a Welcome could not list them (over 3 million), or no fields.
  AggregatorSession(AggregatorSettings settings, SampleSink& sink, AggregatorEvents& events,
                    Send send);
  ~AggregatorSession();

  /// One frame from a peer. Bad bytes are counted, answered with REJECT, and forgotten.
  void receive(const Peer& peer, Bytes frame, Time now);
  /// To be called after each burst of receive(), when room may have come, and at least every
  /// liveness / 4 and progress / 4.
  void tick(Time now);
  /// A higher attempt of `sim` is known (from the controller): lower ones are fenced. `no_attempt`:
  /// all are, and the sink forgets what it keeps for later steps.
  void fence(std::uint64_t sim, std::uint64_t lowest_attempt);
  /// A checkpoint was published: each client is told which of its steps are durable (as the sink
  /// says).
  void published();
  /// Nothing more is received: clients are told REJECT{over}.
  void end_reception();
  AggregatorCounters counters() const;
  /// Something waits to be told: the next tick is due within `patience`.
  bool untold() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace weir::wire
