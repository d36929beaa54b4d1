#include "src/wire/aggregator_session.h"

#include <algorithm>
#include <concepts>
#include <numeric>
#include <utility>

#include "src/core/error.h"
#include "src/core/failpoint.h"
#include "src/core/planted_bug.h"
#include "src/wire/admission.h"
#include "src/wire/bitmap.h"
#include "src/wire/credit.h"
#include "src/wire/intake.h"
#include "src/wire/session.h"

namespace weir::wire {
namespace {

/// A Welcome lists the steps twice, a bit each, beside the parameters.
constexpr std::size_t max_steps = 3u << 20;
/// Times `patience`, while some of what a client was granted is on its way: it lacks no room yet.
constexpr int long_patience = 100;
/// Steps of one Accepted message.
constexpr std::size_t max_accepted = 4096;

}  // namespace

struct AggregatorSession::Impl {
  Impl(AggregatorSettings settings, SampleSink& sink, AggregatorEvents& events, Send send)
      : settings_(std::move(settings)),
        sink_(sink),
        events_(events),
        send_(std::move(send)),
        pool_(settings_.inflight_bytes, sample_bytes()),
        admission_(settings_),
        intake_(settings_, sink_, events_, pool_, counters_) {
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

  /// For good: all parts of the solver are told. What is incomplete of it is abandoned, its credit
  /// is free again.
  void reject(SolverRun& run, const Reject& why) {
    for (const auto& [part, session] : run.sessions) reject(session->peer, why);
    drop(run);
  }

  void reject_malformed(Session& session, const std::string& text) {
    reject(session.run, {RejectCode::malformed, text});
  }

  void drop(Session& session) {
    pool_.remove(session.account, session.run.assembly.leave(session.part));
    intake_.drop_waiting(session);
    sessions_.remove(session);
  }

  /// The run is gone afterwards.
  void drop(SolverRun& run) {
    pool_.remove(run.credit);
    for (const auto& [part, session] : run.sessions) intake_.drop_waiting(*session);
    sessions_.remove(run);
  }

  // ---- messages

  void receive(const Peer& peer, Bytes frame, Time now) {
    const DecodeResult result = decode(frame);
    Session* session = sessions_.find(peer);
    if (!result.ok()) {
      refuse(peer, session, result);
      return;
    }
    if (session != nullptr) session->heard = now;
    const auto& [message, payload] = std::get<Decoded>(result.value);
    if (const auto* data = std::get_if<Data>(&message)) {
      receive_data(peer, session, *data, payload, frame, now);
    } else {
      std::visit([&](const auto& m) { handle(peer, session, m, now); }, message);
    }
  }

  void refuse(const Peer& peer, Session* session, const DecodeResult& result) {
    const bool other = result.peer_version != 0 && result.peer_version != protocol_version;
    const Reject why{other ? RejectCode::version : RejectCode::malformed,
                     std::get<std::string>(result.value)};
    if (session != nullptr) {
      reject(session->run, why);
    } else {
      reject(peer, why);
    }
  }

  void receive_data(const Peer& peer, Session* session, const Data& data, Bytes values, Bytes frame,
                    Time now) {
    if (session == nullptr) {
      reject(peer, admission_.to_stranger(data.sim, data.attempt));
    } else if (const auto wrong = intake_.receive(*session, data, values, frame, now)) {
      refuse(*session, *wrong);
    }
  }

  void refuse(Session& session, const Reject& why) {
    if (why.code == RejectCode::no_session) {
      reject(session.peer, why);
      drop(session);
    } else {
      reject(session.run, why);
    }
  }

  void handle(const Peer& peer, Session* known, const Hello& hello, Time now) {
    if (known != nullptr && known->run.sim == hello.sim && known->run.is_of(hello) &&
        known->part == hello.part && known->nth == hello.session) {
      return;  // the same Hello twice; its Welcome has gone
    }
    if (const auto wrong = admission_.check(hello)) {
      reject(peer, *wrong);
    } else if (const auto parameters = events_.parameters(hello.sim)) {
      admit(peer, hello, *parameters, now);
    } else {
      reject(peer,
             {RejectCode::unknown_simulation,
              "the study has no simulation " + std::to_string(hello.sim) +
                  " (one that samples adaptively: or has not handed it out): check WEIR_SIM"});
    }
  }

  void admit(const Peer& peer, const Hello& hello, const std::vector<double>& parameters,
             Time now) {
    replace(peer, hello);
    auto held = sink_.held(hello.sim);
    if (const auto step = first_missing(hello.forgotten, held)) {
      refuse_lacking(peer, hello, *step);
    } else {
      open(peer, hello, parameters, std::move(held), now);
    }
  }

  /// What the same peer, the same part, or another start of the simulation had before is over.
  void replace(const Peer& peer, const Hello& hello) {
    fence(hello.sim, hello.attempt);
    if (Session* before = sessions_.find(peer)) drop(*before);
    SolverRun* run = sessions_.run_of(hello.sim);
    if (run == nullptr) return;
    if (!run->is_of(hello)) return drop(*run);
    const auto same = run->sessions.find(hello.part);
    if (same != run->sessions.end()) drop(*same->second);
  }

  /// The attempt can never complete the simulation here, and must not go on on other ranks either.
  void refuse_lacking(const Peer& peer, const Hello& hello, std::uint64_t step) {
    reject(peer, Admission::lacking_text(hello.sim, hello.attempt, step));
    fence(hello.sim, hello.attempt + 1);
    events_.lacking(hello.sim, hello.attempt, step);
    WEIR_FAILPOINT("aggregator.after_lacking");
  }

  void open(const Peer& peer, const Hello& hello, const std::vector<double>& parameters,
            Bitmap held, Time now) {
    SolverRun* known = sessions_.run_of(hello.sim);
    SolverRun& run = known != nullptr
                         ? *known
                         : sessions_.add(std::make_unique<SolverRun>(hello, sink_, settings_, now));
    Session& session = sessions_.add(std::make_unique<Session>(peer, hello, run, now));
    pool_.add(session.account, run.credit);
    Welcome welcome;
    welcome.epoch = settings_.epoch;
    welcome.ranks = settings_.ranks;
    welcome.routing = settings_.routing;
    welcome.steps = settings_.steps;
    welcome.parameters = parameters;
    welcome.held = std::move(held);
    welcome.durable = sink_.durable(hello.sim);
    welcome.session = hello.session;
    session.durable = durable_prefix(hello.sim, welcome.durable);
    WEIR_FAILPOINT("aggregator.before_welcome");
    say(peer, welcome);
    if (known == nullptr) events_.connected(hello.sim, hello.attempt);
    intake_.tell_completed(hello.sim);
    WEIR_FAILPOINT("aggregator.after_welcome");
  }

  void handle(const Peer& peer, Session* session, const Want& want, Time now) {
    if (session == nullptr) {
      reject(peer, admission_.to_stranger());
      return;
    }
    if (want.pulse > session->account.want.pulse) session->run.progressed = now;
    if (!pool_.want(session->account, want)) {
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
    } else if (end.sim != session->run.sim || end.attempt != session->run.attempt) {
      reject_malformed(*session, "an END of another simulation or attempt than its Hello's");
    } else {
      tell_accepted(*session);
      WEIR_FAILPOINT("aggregator.before_finished");
      say(peer, Finished{end.sim, count_bits(sink_.held(end.sim)), expected(end.sim)});
      if (WEIR_BUG("end_believed")) events_.completed(end.sim);
      intake_.tell_completed(end.sim);
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
    return steps_on_rank(sim, settings_.steps, settings_.rank, settings_.ranks, settings_.routing);
  }

  // ---- time

  void tick(Time now) {
    retry_waiting(now);
    pool_.grant(sink_.room());
    untold_ = false;
    sessions_.for_each([&](Session& session) {
      if (due(session, now)) tell_accepted(session);
      untold_ = untold_ || !session.accepted.empty();
      if (std::exchange(session.account.changed, false)) say(session.peer, session.account.granted);
    });
    if (now >= next_check_) watch(now);
  }

  void retry_waiting(Time now) {
    if (intake_.waiting_bytes() == 0) return;
    const auto waits = [](const Session& session) { return !session.waiting.empty(); };
    for (const Peer& peer : sessions_.peers(waits)) {
      Session* session = sessions_.find(peer);
      if (session == nullptr) continue;
      if (const auto wrong = intake_.retry(*session, now)) refuse(*session, *wrong);
    }
  }

  bool due(Session& session, Time now) const {
    if (session.accepted.empty()) return false;
    if (!session.untold_since) session.untold_since = now;
    const bool more_comes = session.account.outstanding() > 0;
    return session.accepted.size() * sample_bytes() >= settings_.told_bytes ||
           now - *session.untold_since >= settings_.patience * (more_comes ? long_patience : 1);
  }

  void tell_accepted(Session& session) {
    session.untold_since.reset();
    for (std::size_t from = 0; from < session.accepted.size(); from += max_accepted) {
      const auto begin = session.accepted.begin() + static_cast<std::ptrdiff_t>(from);
      const auto count = std::min(max_accepted, session.accepted.size() - from);
      say(session.peer,
          Accepted{session.run.sim, {begin, begin + static_cast<std::ptrdiff_t>(count)}});
    }
    session.accepted.clear();
  }

  /// Liveness and progress: a process answers, and a solver goes on.
  void watch(Time now) {
    next_check_ = now + settings_.liveness / 4;
    find_lost(now);
    if (settings_.progress <= Duration::zero()) return;
    next_check_ = std::min(next_check_, now + settings_.progress / 4);
    find_stalled(now);
  }

  /// Without one of its parts a solver delivers nothing more.
  void find_lost(Time now) {
    const auto silent = [&](const Session& s) { return now - s.heard >= settings_.liveness; };
    for (const Peer& peer : sessions_.peers(silent)) {
      const Session* session = sessions_.find(peer);
      if (session == nullptr) continue;  // gone with another part
      const auto sim = session->run.sim, attempt = session->run.attempt;
      drop(session->run);
      events_.lost(sim, attempt);
    }
  }

  /// A solver goes on when one of its parts does: the others may have nothing to send.
  void find_stalled(Time now) {
    sessions_.for_each([&](const Session& session) {
      if (session.waits_for_server()) session.run.progressed = now;
    });
    sessions_.for_each_run([&](SolverRun& run) {
      const bool still = now - run.progressed >= settings_.progress;
      const bool told = std::exchange(run.stalled, still);
      if (!still || told || sink_.complete(run.sim)) return;
      events_.stalled(run.sim, run.attempt);
    });
  }

  // ---- what the server knows

  std::uint64_t durable_prefix(std::uint64_t sim, const Bitmap& durable) const {
    return prefix_of_rank(durable, sim, settings_.steps, settings_.rank, settings_.ranks,
                          settings_.routing);
  }

  void tell_durable(Session& session, std::uint64_t prefix) {
    if (prefix <= session.durable) return;
    session.durable = prefix;
    say(session.peer, Durable{session.run.sim, prefix});
  }

  void published() {
    sessions_.for_each_run([&](SolverRun& run) {
      const auto durable =
          WEIR_BUG("held_said_durable") ? sink_.held(run.sim) : sink_.durable(run.sim);
      const auto prefix = durable_prefix(run.sim, durable);
      for (const auto& [part, session] : run.sessions) tell_durable(*session, prefix);
    });
    WEIR_FAILPOINT("aggregator.after_durable");
  }

  void fence(std::uint64_t sim, std::uint64_t lowest_attempt) {
    admission_.fence(sim, lowest_attempt);
    SolverRun* run = sessions_.run_of(sim);
    if (run != nullptr && admission_.fenced(sim, run->attempt))
      reject(*run, admission_.fenced_text(sim, run->attempt));
    if (lowest_attempt == no_attempt) sink_.forget(sim);
  }

  void end_reception() {
    admission_.end_reception();
    sessions_.for_each([&](Session& session) { tell_accepted(session); });
    for (const std::uint64_t sim : sessions_.simulations()) {
      reject(*sessions_.run_of(sim), Admission::over_text());
    }
  }

  AggregatorCounters counters() const {
    AggregatorCounters counters = counters_;
    counters.clients = sessions_.size();
    counters.inflight_bytes = pool_.outstanding();
    counters.waiting_bytes = intake_.waiting_bytes();
    return counters;
  }

  const AggregatorSettings settings_;
  SampleSink& sink_;
  AggregatorEvents& events_;
  const Send send_;
  AggregatorCounters counters_;
  CreditPool pool_;
  Admission admission_;
  Intake intake_;
  SessionTable sessions_;
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
void AggregatorSession::published() { impl_->published(); }
void AggregatorSession::end_reception() { impl_->end_reception(); }
bool AggregatorSession::untold() const { return impl_->untold_; }
AggregatorCounters AggregatorSession::counters() const { return impl_->counters(); }

}  // namespace weir::wire
