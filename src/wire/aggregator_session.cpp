#include "src/wire/aggregator_session.h"

#include <algorithm>
#include <bit>
#include <concepts>
#include <deque>
#include <numeric>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "src/core/error.h"
#include "src/wire/admission.h"
#include "src/wire/assembly.h"
#include "src/wire/credit.h"

namespace weir::wire {
namespace {

/// A Welcome lists the steps twice, a bit each, beside the parameters.
constexpr std::size_t max_steps = 3u << 20;
/// Steps of one Accepted message.
constexpr std::size_t max_accepted = 4096;

/// One client that said a valid Hello.
struct Session {
  Session(const Peer& from, const Hello& hello, SampleSink& sink,
          const AggregatorSettings& settings, Time now)
      : peer(from), said(hello), assembly(sink, settings.field_sizes, settings.steps), heard(now) {}

  const Peer peer;
  const Hello said;
  CreditAccount account;
  Assembly assembly;
  std::deque<std::vector<std::byte>> waiting;  ///< frames, for a slot; none overtakes another
  std::size_t waiting_bytes = 0;
  std::vector<std::uint64_t> accepted;  ///< steps not yet told
  std::optional<Time> untold_since;     ///< as the first tick saw it
  Time heard;
};

enum class Taken { yes, no_room, rejected };

}  // namespace

struct AggregatorSession::Impl {
  Impl(AggregatorSettings settings, SampleSink& sink, AggregatorEvents& events, Send send)
      : settings_(std::move(settings)),
        sink_(sink),
        events_(events),
        send_(std::move(send)),
        pool_(settings_.inflight_bytes, sample_bytes()),
        admission_(settings_) {
    if (settings_.steps > max_steps) {
      throw Error(ErrorKind::input, "a simulation of " + std::to_string(settings_.steps) +
                                        " steps; at most " + std::to_string(max_steps));
    }
    if (sample_bytes() == 0) throw Error(ErrorKind::input, "no field has a value to receive");
  }

  std::uint64_t sample_bytes() const {
    const auto& sizes = settings_.field_sizes;
    return std::accumulate(sizes.begin(), sizes.end(), std::uint64_t{0}) * sizeof(float);
  }

  // ---- answers

  void say(const Peer& peer, const Message& message) { send_(peer, frame_of(message)); }

  void reject(const Peer& peer, const Reject& reject) {
    counters_.fenced += reject.code == RejectCode::fenced ? 1 : 0;
    counters_.malformed += reject.code == RejectCode::malformed ? 1 : 0;
    say(peer, reject);
  }

  /// For good: what is incomplete of the session is abandoned, its credit is free again.
  Taken reject(Session& session, const Reject& why) {
    reject(session.peer, why);
    drop(session);
    return Taken::rejected;
  }
  Taken reject_malformed(Session& session, const std::string& text) {
    return reject(session, {RejectCode::malformed, text});
  }

  void drop(Session& session) {
    pool_.remove(session.account);
    waiting_bytes_ -= session.waiting_bytes;
    by_sim_.erase(session.said.sim);
    by_peer_.erase(Peer(session.peer));  // a copy: the session goes with it
  }

  Session* find(const Peer& peer) {
    const auto found = by_peer_.find(peer);
    return found == by_peer_.end() ? nullptr : found->second.get();
  }

  // ---- messages

  void receive(const Peer& peer, Bytes frame, Time now) {
    const DecodeResult result = decode(frame);
    Session* session = find(peer);
    if (!result.ok()) {
      refuse(peer, session, result);
      return;
    }
    if (session != nullptr) session->heard = now;
    const auto& [message, payload] = std::get<Decoded>(result.value);
    if (const auto* data = std::get_if<Data>(&message)) {
      receive_data(peer, session, *data, payload, frame);
    } else {
      std::visit([&](const auto& m) { handle(peer, session, m, now); }, message);
    }
  }

  void refuse(const Peer& peer, Session* session, const DecodeResult& result) {
    const bool other = result.peer_version != 0 && result.peer_version != protocol_version;
    const Reject why{other ? RejectCode::version : RejectCode::malformed,
                     std::get<std::string>(result.value)};
    if (session != nullptr) {
      reject(*session, why);
    } else {
      reject(peer, why);
    }
  }

  void handle(const Peer& peer, Session* known, const Hello& hello, Time now) {
    if (known != nullptr && known->said.sim == hello.sim && known->said.attempt == hello.attempt &&
        known->said.session == hello.session) {
      return;  // the same Hello twice; its Welcome has gone
    }
    if (const auto wrong = admission_.check(hello)) {
      reject(peer, *wrong);
    } else if (const auto parameters = events_.parameters(hello.sim)) {
      replace(peer, hello);
      open(peer, hello, *parameters, now);
    } else {
      reject(peer,
             {RejectCode::unknown_simulation,
              "the study has no simulation " + std::to_string(hello.sim) + ": check WEIR_SIM"});
    }
  }

  /// What the same simulation, or the same peer, had before is over.
  void replace(const Peer& peer, const Hello& hello) {
    fence(hello.sim, hello.attempt);
    if (const auto same = by_sim_.find(hello.sim); same != by_sim_.end()) drop(*same->second);
    if (Session* before = find(peer)) drop(*before);
  }

  void open(const Peer& peer, const Hello& hello, const std::vector<double>& parameters, Time now) {
    auto session = std::make_unique<Session>(peer, hello, sink_, settings_, now);
    pool_.add(session->account);
    by_sim_[hello.sim] = session.get();
    by_peer_[peer] = std::move(session);
    Welcome welcome;
    welcome.epoch = settings_.epoch;
    welcome.ranks = settings_.ranks;
    welcome.steps = settings_.steps;
    welcome.parameters = parameters;
    welcome.held = sink_.held(hello.sim);
    welcome.session = hello.session;
    say(peer, welcome);
    events_.connected(hello.sim, hello.attempt);
    tell_completed(hello.sim);
  }

  void handle(const Peer& peer, Session* session, const Want& want, Time) {
    if (session == nullptr) {
      reject(peer, admission_.to_stranger());
    } else if (!pool_.want(session->account, want)) {
      reject_malformed(*session, "a WANT that takes back what an earlier one said");
    }
  }

  void handle(const Peer& peer, Session* session, const Ping& ping, Time) {
    if (session == nullptr) {
      reject(peer, admission_.to_stranger());
    } else {
      say(peer, Pong{ping.token});
    }
  }

  void handle(const Peer& peer, Session* session, const End& end, Time) {
    if (session == nullptr) {
      reject(peer, admission_.to_stranger(end.sim, end.attempt));
    } else if (end.sim != session->said.sim || end.attempt != session->said.attempt) {
      reject_malformed(*session, "an END of another simulation than its Hello's");
    } else {
      tell_accepted(*session);
      say(peer, Finished{end.sim, held(end.sim), expected(end.sim)});
      tell_completed(end.sim);
      drop(*session);  // nothing more comes; its silence is no loss
    }
  }

  /// Nobody else than the launcher says what is no client's message.
  template <class M>
  void handle(const Peer& peer, Session* session, const M& message, Time) {
    constexpr bool from_launcher =
        std::same_as<M, LaunchHello> || std::same_as<M, LaunchEnded> || std::same_as<M, LaunchStop>;
    if (session == nullptr && from_launcher) {
      events_.other(peer, message);
    } else if (session != nullptr) {
      reject_malformed(*session, "a message that is not for a server");
    } else {
      reject(peer, {RejectCode::malformed, "a message that is not for a server"});
    }
  }

  std::uint64_t expected(std::uint64_t sim) const {
    return steps_on_rank(sim, settings_.steps, settings_.rank, settings_.ranks);
  }

  std::uint64_t held(std::uint64_t sim) const {
    const auto bitmap = sink_.held(sim);
    std::uint64_t count = 0;
    for (const std::uint8_t byte : bitmap) count += static_cast<std::uint64_t>(std::popcount(byte));
    return count;
  }

  // ---- chunks

  void receive_data(const Peer& peer, Session* session, const Data& data, Bytes values,
                    Bytes frame) {
    if (session == nullptr) {
      reject(peer, admission_.to_stranger(data.sim, data.attempt));
    } else if (const auto wrong = check_data(settings_, session->said, data)) {
      reject(*session, *wrong);
    } else if (!session->waiting.empty() || take(*session, data, values) == Taken::no_room) {
      keep(*session, frame, values.size());
    }
  }

  /// The session is gone when this returns `rejected`.
  Taken take(Session& session, const Data& data, Bytes values) {
    const ChunkPlace place = session.assembly.place_of(data);
    if (place == ChunkPlace::repeated) {
      ++counters_.repeated;
      return Taken::yes;
    }
    if (place == ChunkPlace::gap) {
      return reject_malformed(session, "a chunk from value " + std::to_string(data.offset) +
                                           " of field " + std::to_string(data.field) +
                                           " that is not the next one");
    }
    const bool first = place == ChunkPlace::first;
    if (values.size() > session.account.outstanding() ||
        (first && session.account.promised() == 0)) {
      return reject_malformed(session, "more DATA than was granted");
    }
    if (first) {
      const SampleId id{data.sim, data.step};
      if (session.assembly.begin(id) == BeginStatus::no_room) return Taken::no_room;
      pool_.begin_sample(session.account);
    }
    pool_.place(session.account, values.size());
    ++counters_.chunks;
    counters_.bytes += values.size();
    return session.assembly.add(data, values) ? commit(session, data.step) : Taken::yes;
  }

  Taken commit(Session& session, std::uint64_t step) {
    const SampleId id{session.said.sim, step};
    const auto [status, slot] = session.assembly.commit(step);
    if (status == CommitStatus::refused) return refuse(session, id, *slot);
    session.accepted.push_back(step);
    if (session.accepted.size() == max_accepted) tell_accepted(session);
    switch (status) {
      case CommitStatus::accepted:
        ++counters_.unique;
        events_.accepted(id);
        break;
      case CommitStatus::dropped:
        ++counters_.dropped;
        break;
      default:
        ++counters_.duplicate;
    }
    tell_completed(id.sim);
    return Taken::yes;
  }

  Taken refuse(Session& session, SampleId id, Slot slot) {
    const std::string text = non_finite_text(settings_, sink_, id, slot);
    reject(session, {RejectCode::non_finite, text});
    events_.refused(id.sim, text);
    return Taken::rejected;
  }

  /// A chunk that came before its slot: the promised one is pinned by the trainer for a moment.
  void keep(Session& session, Bytes frame, std::size_t bytes) {
    const auto same = [&](const auto& kept) {
      return std::equal(kept.begin(), kept.begin() + header_size, frame.begin());
    };
    if (std::any_of(session.waiting.begin(), session.waiting.end(), same)) {
      ++counters_.repeated;
      return;
    }
    if (session.waiting_bytes + bytes > session.account.outstanding()) {
      reject_malformed(session, "more DATA than was granted");
      return;
    }
    session.waiting.emplace_back(frame.begin(), frame.end());
    session.waiting_bytes += bytes;
    waiting_bytes_ += bytes;
  }

  void retry_waiting() {
    if (waiting_bytes_ == 0) return;
    std::vector<Session*> sessions;
    for (const auto& [peer, session] : by_peer_) {
      if (!session->waiting.empty()) sessions.push_back(session.get());
    }
    for (Session* session : sessions) retry_waiting(*session);
  }

  void retry_waiting(Session& session) {
    while (!session.waiting.empty()) {
      const DecodeResult result = decode(session.waiting.front());
      const auto& [message, values] = std::get<Decoded>(result.value);
      if (take(session, std::get<Data>(message), values) != Taken::yes) return;
      session.waiting_bytes -= values.size();
      waiting_bytes_ -= values.size();
      session.waiting.pop_front();
    }
  }

  // ---- time

  void tick(Time now) {
    retry_waiting();
    pool_.grant(sink_.room());
    untold_ = false;
    for (const auto& [peer, session] : by_peer_) {
      if (due(*session, now)) tell_accepted(*session);
      untold_ = untold_ || !session->accepted.empty();
      if (!std::exchange(session->account.changed, false)) continue;
      say(peer, session->account.granted);
    }
    if (now >= next_check_) find_lost(now);
  }

  bool due(Session& session, Time now) const {
    if (session.accepted.empty()) return false;
    if (!session.untold_since) session.untold_since = now;
    return session.accepted.size() * sample_bytes() >= settings_.told_bytes ||
           now - *session.untold_since >= settings_.patience;
  }

  void tell_accepted(Session& session) {
    if (session.accepted.empty()) return;
    session.untold_since.reset();
    say(session.peer, Accepted{session.said.sim, std::move(session.accepted)});
    session.accepted.clear();
  }

  void tell_completed(std::uint64_t sim) {
    if (completed_.contains(sim) || !sink_.complete(sim)) return;
    completed_.insert(sim);
    events_.completed(sim);
  }

  void find_lost(Time now) {
    next_check_ = now + settings_.liveness / 4;
    std::vector<Session*> silent;
    for (const auto& [peer, session] : by_peer_) {
      if (now - session->heard >= settings_.liveness) silent.push_back(session.get());
    }
    for (Session* session : silent) {
      const Hello said = session->said;
      drop(*session);
      events_.lost(said.sim, said.attempt);
    }
  }

  void fence(std::uint64_t sim, std::uint64_t lowest_attempt) {
    admission_.fence(sim, lowest_attempt);
    const auto found = by_sim_.find(sim);
    if (found == by_sim_.end()) return;
    Session& session = *found->second;
    const auto attempt = session.said.attempt;
    if (admission_.fenced(sim, attempt)) reject(session, Admission::fenced_text(sim, attempt));
  }

  void end_reception() {
    admission_.end_reception();
    while (!by_peer_.empty()) {
      Session& session = *by_peer_.begin()->second;
      tell_accepted(session);
      reject(session, Admission::over_text());
    }
  }

  const AggregatorSettings settings_;
  SampleSink& sink_;
  AggregatorEvents& events_;
  const Send send_;
  CreditPool pool_;
  Admission admission_;
  std::unordered_map<Peer, std::unique_ptr<Session>> by_peer_;
  std::unordered_map<std::uint64_t, Session*> by_sim_;
  std::unordered_set<std::uint64_t> completed_;
  AggregatorCounters counters_;
  std::size_t waiting_bytes_ = 0;
  bool untold_ = false;
  Time next_check_{};
};

AggregatorSession::AggregatorSession(AggregatorSettings settings, SampleSink& sink,
                                     AggregatorEvents& events, Send send)
    : impl_(std::make_unique<Impl>(std::move(settings), sink, events, std::move(send))) {}
AggregatorSession::~AggregatorSession() = default;

void AggregatorSession::receive(const Peer& peer, Bytes frame, Time now) {
  impl_->receive(peer, frame, now);
}
void AggregatorSession::tick(Time now) { impl_->tick(now); }
void AggregatorSession::fence(std::uint64_t sim, std::uint64_t lowest_attempt) {
  impl_->fence(sim, lowest_attempt);
}
void AggregatorSession::published() {}
void AggregatorSession::end_reception() { impl_->end_reception(); }
bool AggregatorSession::untold() const { return impl_->untold_; }
AggregatorCounters AggregatorSession::counters() const {
  AggregatorCounters counters = impl_->counters_;
  counters.clients = impl_->by_peer_.size();
  counters.inflight_bytes = impl_->pool_.outstanding();
  counters.waiting_bytes = impl_->waiting_bytes_;
  return counters;
}

}  // namespace weir::wire
