#pragma once
// A client that said a valid HELLO, as its server rank sees it, and the table of all of them.

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

#include "src/core/clock.h"
#include "src/wire/aggregator_session.h"
#include "src/wire/assembly.h"
#include "src/wire/credit.h"
#include "src/wire/message.h"

namespace weir::wire {

struct Session {
  Session(const Peer& from, const Hello& hello, SampleSink& sink,
          const AggregatorSettings& settings, Time now)
      : peer(from),
        sim(hello.sim),
        attempt(hello.attempt),
        nth(hello.session),
        assembly(sink, settings),
        heard(now),
        progressed(now) {}

  /// The client has something to send that it was not granted, or a slot is not there yet: what
  /// does not come is not its fault.
  bool waits_for_server() const {
    return !waiting.empty() || account.want.samples > account.granted.samples ||
           account.want.bytes + account.want.returned > account.granted.bytes;
  }

  const Peer peer;
  const std::uint64_t sim, attempt;
  const std::uint64_t nth;  ///< Hello::session
  CreditAccount account;
  Assembly assembly;
  std::deque<std::vector<std::byte>> waiting;  ///< frames, for a slot; none overtakes another
  std::size_t waiting_bytes = 0;
  std::vector<std::uint64_t> accepted;  ///< steps not yet told
  std::optional<Time> untold_since;     ///< as the first tick saw it
  std::uint64_t durable = 0;            ///< told: all steps of this rank below it
  Time heard;
  Time progressed;       ///< when a chunk or a later pulse last came, or it waited for the server
  bool stalled = false;  ///< told, and no progress since
};

/// At most one session a peer, and one a simulation. Sessions keep their place while they are here.
class SessionTable {
 public:
  Session* find(const Peer& peer) const {
    const auto found = by_peer_.find(peer);
    return found == by_peer_.end() ? nullptr : found->second.get();
  }
  Session* of(std::uint64_t sim) const {
    const auto found = by_sim_.find(sim);
    return found == by_sim_.end() ? nullptr : found->second;
  }
  /// Precondition: neither its peer nor its simulation has one.
  Session& add(std::unique_ptr<Session> session) {
    Session& added = *session;
    by_sim_[added.sim] = &added;
    by_peer_[added.peer] = std::move(session);
    return added;
  }
  void remove(const Session& session) {
    by_sim_.erase(session.sim);
    by_peer_.erase(Peer(session.peer));  // a copy: the session goes with it
  }
  std::size_t size() const { return by_peer_.size(); }

  /// Those that `wanted(session)` is true of; they may be removed while the list is gone through.
  template <class Wanted>
  std::vector<Session*> all(const Wanted& wanted) const {
    std::vector<Session*> found;
    for (const auto& [peer, session] : by_peer_) {
      if (wanted(*session)) found.push_back(session.get());
    }
    return found;
  }
  /// `body(session)` must not remove any.
  template <class Body>
  void for_each(const Body& body) const {
    for (const auto& [peer, session] : by_peer_) body(*session);
  }

 private:
  std::unordered_map<Peer, std::unique_ptr<Session>> by_peer_;
  std::unordered_map<std::uint64_t, Session*> by_sim_;
};

}  // namespace weir::wire
