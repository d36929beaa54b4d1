#pragma once
// A client that said a valid HELLO, as its server rank sees it; the solvers that have such clients,
// and the table of all of them.

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

#include "src/core/clock.h"
#include "src/core/planted_bug.h"
#include "src/wire/aggregator_session.h"
#include "src/wire/assembly.h"
#include "src/wire/credit.h"
#include "src/wire/message.h"

namespace weir::wire {

struct Session;

/// One start of a solver: what the sessions of its parts share. A solver that gathers has one part.
struct SolverRun {
  SolverRun(const Hello& hello, SampleSink& sink, const AggregatorSettings& settings, Time now)
      : sim(hello.sim),
        attempt(hello.attempt),
        number(hello.run),
        parts(hello.parts),
        assembly(sink, settings, static_cast<std::size_t>(hello.parts)),
        progressed(now) {}

  bool is_of(const Hello& hello) const {
    const bool same_start = number == hello.run || WEIR_BUG("runs_mixed");
    return attempt == hello.attempt && same_start && parts == hello.parts;
  }

  const std::uint64_t sim, attempt, number, parts;
  Assembly assembly;
  CreditGroup credit;
  std::unordered_map<std::uint64_t, Session*> sessions;  ///< by part
  Time progressed;  ///< when a chunk or a later pulse last came, or a part waited for the server
  bool stalled = false;  ///< told, and no progress since
};

struct Session {
  Session(const Peer& from, const Hello& hello, SolverRun& of, Time now)
      : peer(from), part(hello.part), nth(hello.session), run(of), heard(now) {}

  /// The client has something to send that it was not granted, or a slot is not there yet: what
  /// does not come is not its fault.
  bool waits_for_server() const {
    return !waiting.empty() || account.want.samples > account.granted.samples ||
           account.want.bytes + account.want.returned > account.granted.bytes;
  }

  const Peer peer;
  const std::uint64_t part;
  const std::uint64_t nth;  ///< Hello::session
  SolverRun& run;
  CreditAccount account;
  std::deque<std::vector<std::byte>> waiting;  ///< frames, for a slot; none overtakes another
  std::size_t waiting_bytes = 0;
  std::vector<std::uint64_t> accepted;  ///< steps not yet told
  std::optional<Time> untold_since;     ///< as the first tick saw it
  std::uint64_t durable = 0;            ///< told: all steps of this rank below it
  Time heard;
};

/// At most one session a peer, one run a simulation, and one session a part of it. All keep their
/// place while they are here.
class SessionTable {
 public:
  Session* find(const Peer& peer) const {
    const auto found = by_peer_.find(peer);
    return found == by_peer_.end() ? nullptr : found->second.get();
  }
  SolverRun* run_of(std::uint64_t sim) const {
    const auto found = runs_.find(sim);
    return found == runs_.end() ? nullptr : found->second.get();
  }
  /// Precondition: the simulation has none.
  SolverRun& add(std::unique_ptr<SolverRun> run) {
    SolverRun& added = *run;
    runs_[added.sim] = std::move(run);
    return added;
  }
  /// Precondition: neither its peer nor its part has one.
  Session& add(std::unique_ptr<Session> session) {
    Session& added = *session;
    added.run.sessions[added.part] = &added;
    by_peer_[added.peer] = std::move(session);
    return added;
  }
  /// The run goes with its last session.
  void remove(const Session& session) {
    SolverRun& run = session.run;
    run.sessions.erase(session.part);
    by_peer_.erase(Peer(session.peer));  // a copy: the session goes with it
    if (run.sessions.empty()) runs_.erase(std::uint64_t{run.sim});
  }
  void remove(const SolverRun& run) {
    for (const auto& [part, session] : run.sessions) by_peer_.erase(Peer(session->peer));
    runs_.erase(std::uint64_t{run.sim});
  }
  std::size_t size() const { return by_peer_.size(); }

  /// Peers of those that `wanted(session)` is true of; a session may be gone when its turn comes.
  template <class Wanted>
  std::vector<Peer> peers(const Wanted& wanted) const {
    std::vector<Peer> found;
    for (const auto& [peer, session] : by_peer_) {
      if (wanted(*session)) found.push_back(peer);
    }
    return found;
  }
  std::vector<std::uint64_t> simulations() const {
    std::vector<std::uint64_t> sims;
    for (const auto& [sim, run] : runs_) sims.push_back(sim);
    return sims;
  }
  /// `body(session)` must not remove any.
  template <class Body>
  void for_each(const Body& body) const {
    for (const auto& [peer, session] : by_peer_) body(*session);
  }
  template <class Body>
  void for_each_run(const Body& body) const {
    for (const auto& [sim, run] : runs_) body(*run);
  }

 private:
  std::unordered_map<std::uint64_t, std::unique_ptr<SolverRun>> runs_;  ///< by simulation
  std::unordered_map<Peer, std::unique_ptr<Session>> by_peer_;
};

}  // namespace weir::wire
