#include "src/wire/client_session.h"

#include <algorithm>
#include <map>
#include <unordered_map>
#include <utility>
#include <vector>

#include "src/core/failpoint.h"
#include "src/core/planted_bug.h"
#include "src/wire/bitmap.h"

namespace weir::wire {
namespace {

constexpr Duration first_back_off = std::chrono::milliseconds(500);
constexpr Duration longest_back_off = std::chrono::seconds(5);
/// Between two Hellos, even when the server itself asks for one.
constexpr Duration shortest_back_off = std::chrono::milliseconds(100);
/// Between two WANTs that say nothing new but that the solver goes on.
constexpr Duration pulse_every = std::chrono::seconds(1);

struct Sample {
  std::uint64_t order = 0;  ///< among the samples, of their first chunks
  std::vector<Frame> chunks;
  std::size_t sent = 0;  ///< chunks, in this session
  bool begun = false;    ///< in this session
};

using Samples = std::unordered_map<std::uint64_t, Sample>;  ///< by step

std::size_t payload_bytes(const Frame& chunk) { return value_bytes(*chunk); }

std::size_t payload_bytes(const Sample& sample) {
  std::size_t bytes = 0;
  for (const Frame& chunk : sample.chunks) bytes += payload_bytes(chunk);
  return bytes;
}

}  // namespace

struct ClientSession::Impl {
  Impl(ClientSettings settings, Send send)
      : settings_(settings), send_(std::move(send)), epoch_(settings.epoch) {}

  void say(const Message& message, Time now) {
    send_(frame_of(message));
    last_said_ = now;
  }

  void say_hello(Time now) {
    state_ = ClientState::connecting;
    last_hello_ = now;
    hello_due_ = now + back_off_;
    back_off_ = std::min(2 * back_off_, longest_back_off);
    ++session_;
    Hello hello{settings_.study, settings_.schema, settings_.sim, settings_.attempt, session_};
    hello.part = settings_.part;
    hello.parts = settings_.parts;
    hello.run = settings_.run;
    if (!WEIR_BUG("forgotten_not_sent")) hello.forgotten = forgotten_;
    say(hello, now);
    WEIR_FAILPOINT("client.after_hello");
  }

  /// To a server that may be another one than before: soon, but no faster than it can answer.
  void say_hello_again(Time now) {
    state_ = ClientState::connecting;
    hello_due_ = std::max(now, last_hello_ + shortest_back_off);
  }

  void follow(std::uint64_t epoch, Time now) {
    epoch_ = std::max(epoch_, epoch);
    if (final()) return;
    back_off_ = first_back_off;
    last_heard_ = now;
    say_hello(now);
    WEIR_FAILPOINT("client.after_follow");
  }

  bool final() const { return state_ == ClientState::rejected || state_ == ClientState::ended; }

  void receive(Bytes frame, Time now) {
    const DecodeResult result = decode(frame);
    if (!result.ok() || final()) {
      ignored_ += result.ok() ? 0 : 1;
      return;
    }
    last_heard_ = now;
    std::visit([&](const auto& message) { handle(message, now); },
               std::get<Decoded>(result.value).message);
  }

  void handle(const Welcome& welcome, Time now) {
    if (state_ != ClientState::connecting || welcome.session != session_)
      return;  // to a former Hello
    if (welcome.epoch < epoch_ && !WEIR_BUG("old_epoch_followed"))
      return;  // what is left of a server that was given up
    epoch_ = std::max(epoch_, welcome.epoch);
    if (first_missing(forgotten_, welcome.held)) return say_hello_again(now);  // forgotten since
    state_ = ClientState::open;
    last_progress_ = now;
    welcome_ = welcome;
    durable_ = prefix_of_rank(welcome.durable, settings_.sim, welcome.steps, settings_.rank,
                              std::max<std::size_t>(welcome.ranks, 1), welcome.routing);
    back_off_ = first_back_off;
    start_session(now);
    WEIR_FAILPOINT("client.after_welcome");
  }

  /// Everything that the rank does not hold is to be sent, from nothing.
  void start_session(Time now) {
    granted_ = {};
    wanted_ = said_ = {};
    last_want_ = now;
    begun_ = sent_bytes_ = 0;
    idle_ = end_said_ = false;
    unsent_.clear();
    std::erase_if(samples_, [&](const auto& entry) {
      const bool held = has_bit(welcome_.held, entry.first) && !WEIR_BUG("held_sent_again");
      if (held) {
        unaccepted_bytes_ -= payload_bytes(entry.second);
        set_bit(forgotten_, entry.first);
      }
      return held;
    });
    for (auto& [step, sample] : samples_) {
      sample.sent = 0;
      sample.begun = false;
      unsent_.emplace(sample.order, step);
      wanted_.samples += 1;
      wanted_.bytes += payload_bytes(sample);
    }
  }

  void handle(const Credit& credit, Time now) {
    if (state_ != ClientState::open) return;  // of a former session
    last_progress_ = now;
    granted_.samples = std::max(granted_.samples, credit.samples);
    granted_.bytes = std::max(granted_.bytes, credit.bytes);
  }

  /// One that comes while connecting may be a former server's: the next Welcome tells the same.
  void handle(const Accepted& accepted, Time now) {
    if (accepted.sim != settings_.sim || state_ != ClientState::open) return;
    last_progress_ = now;
    for (const std::uint64_t step : accepted.steps) {
      const auto found = samples_.find(step);
      if (found == samples_.end()) continue;
      set_bit(forgotten_, step);
      forget(found);
    }
    WEIR_FAILPOINT("client.after_accepted");
  }

  void forget(Samples::iterator sample) {
    unaccepted_bytes_ -= payload_bytes(sample->second);
    unsent_.erase(sample->second.order);
    samples_.erase(sample);
  }

  void handle(const Reject& reject, Time now) {
    if (reject.code != RejectCode::no_session) {
      state_ = ClientState::rejected;
      reject_ = reject;
    } else if (state_ == ClientState::open) {
      say_hello_again(now);
    }
  }

  void handle(const Finished& finished, Time) {
    if (!end_said_ || state_ != ClientState::open) return;
    finished_ = finished;
    state_ = ClientState::ended;
  }

  void handle(const Durable& durable, Time) {
    if (durable.sim != settings_.sim || state_ != ClientState::open) return;
    durable_ = std::max(durable_, durable.step);
  }
  void handle(const Pong&, Time) {}  // it was heard, which is all
  template <class M>
  void handle(const M&, Time) {
    ++ignored_;
  }

  void tick(Time now) {
    if (state_ == ClientState::open && now - last_heard_ >= settings_.silence) say_hello(now);
    if (state_ == ClientState::connecting && now >= hello_due_) say_hello(now);
    if (state_ != ClientState::open) return;
    send_chunks(now);
    say_want(now);
    say_end(now);
    ping(now);
  }

  std::size_t balance() const {
    const auto used = sent_bytes_ + wanted_.returned;
    return granted_.bytes > used ? granted_.bytes - used : 0;
  }

  /// The sample whose chunk is next; samples that were begun come before those that were not, since
  /// they began in order.
  Sample* next() {
    return unsent_.empty() ? nullptr : &samples_.find(unsent_.begin()->second)->second;
  }
  bool waits_for_sample(const Sample& sample) const {
    return !sample.begun && begun_ >= granted_.samples;
  }

  void send_chunks(Time now) {
    while (Sample* sample = next()) {
      const Frame& chunk = sample->chunks[sample->sent];
      if (waits_for_sample(*sample) || payload_bytes(chunk) > balance()) return;
      WEIR_FAILPOINT("client.before_chunk");
      begun_ += sample->begun ? 0 : 1;
      sample->begun = true;
      sent_bytes_ += payload_bytes(chunk);
      send_(chunk);
      last_said_ = now;
      if (++sample->sent == sample->chunks.size()) unsent_.erase(unsent_.begin());
      WEIR_FAILPOINT("client.after_chunk");
    }
  }

  /// Credit that is left when nothing more can be sent goes back: kept by many clients, each too
  /// little for a chunk, it would stop all of them.
  void say_want(Time now) {
    const Sample* sample = next();
    const bool waits = sample != nullptr && waits_for_sample(*sample);
    if (!waits) idle_ = false;
    if (const auto left = balance(); left > 0) {
      wanted_.returned += left;
      idle_ = waits;  // or the same credit would come and go until the sample may begin
    }
    const bool useful = sample != nullptr && !idle_;
    wanted_.chunk = useful ? payload_bytes(sample->chunks[sample->sent]) : 0;
    if (wanted_ == said_ && (!pulsed_ || now - last_want_ < pulse_every)) return;
    if (std::exchange(pulsed_, false)) ++wanted_.pulse;
    said_ = wanted_;
    last_want_ = now;
    say(wanted_, now);
  }

  void say_end(Time now) {
    if (!end_ || end_said_ || !samples_.empty()) return;
    end_said_ = true;
    WEIR_FAILPOINT("client.before_end");
    say(*end_, now);
    WEIR_FAILPOINT("client.after_end");
  }

  void ping(Time now) {
    if (now - last_ping_ < settings_.ping_every) return;
    if (now - std::min(last_heard_, last_said_) < settings_.ping_every) return;
    last_ping_ = now;
    say(Ping{++pings_}, now);
  }

  void enqueue(std::uint64_t step, Frame chunk) {
    if (final()) return;
    if (forgotten(step)) return;
    const auto [entry, added] = samples_.try_emplace(step);
    Sample& sample = entry->second;
    if (added) {
      sample.order = next_order_++;
      wanted_.samples += 1;
    }
    wanted_.bytes += payload_bytes(chunk);
    unaccepted_bytes_ += payload_bytes(chunk);
    sample.chunks.push_back(std::move(chunk));
    unsent_.emplace(sample.order, step);
  }

  /// Whether the step is not to be sent: the rank held it when the solver came to it, in whole or
  /// in part. What is missing after a restart of the server only another attempt can send.
  bool forgotten(std::uint64_t step) {
    if (has_bit(forgotten_, step)) return true;
    const bool held = state_ == ClientState::open && has_bit(welcome_.held, step);
    if (held) set_bit(forgotten_, step);
    return held;
  }

  void pass(std::uint64_t step) {
    if (final() || forgotten(step)) return;
    set_bit(forgotten_, step);
    if (const auto found = samples_.find(step); found != samples_.end()) forget(found);
    if (state_ == ClientState::open) state_ = ClientState::connecting;  // held then, not any more
  }

  const ClientSettings settings_;
  const Send send_;
  ClientState state_ = ClientState::connecting;
  std::uint64_t session_ = 0;
  std::uint64_t epoch_;  ///< the highest seen

  Samples samples_;                                ///< not accepted yet, by step
  Bitmap forgotten_;                               ///< steps; see Hello
  std::map<std::uint64_t, std::uint64_t> unsent_;  ///< order → step of those with chunks to send
  std::uint64_t next_order_ = 0;
  std::size_t unaccepted_bytes_ = 0;

  // Of this session, from Welcome on.
  Credit granted_;
  std::uint64_t begun_ = 0, sent_bytes_ = 0;
  Want wanted_, said_;
  bool idle_ = false;  ///< credit was returned because the next sample may not begin
  bool end_said_ = false;
  Time last_want_{};

  bool pulsed_ = false;  ///< since the last Want
  std::uint64_t durable_ = 0;
  Welcome welcome_;
  std::optional<Reject> reject_;
  std::optional<Finished> finished_;
  std::optional<End> end_;

  Time last_heard_{}, last_progress_{}, last_said_{}, last_ping_{}, last_hello_{}, hello_due_{};
  Duration back_off_ = first_back_off;
  std::uint64_t pings_ = 0;
  std::size_t ignored_ = 0;
};

ClientSession::ClientSession(ClientSettings settings, Send send)
    : impl_(std::make_unique<Impl>(settings, std::move(send))) {}
ClientSession::~ClientSession() = default;

void ClientSession::start(Time now) {
  impl_->last_heard_ = impl_->last_ping_ = now;
  impl_->say_hello(now);
}
void ClientSession::follow(std::uint64_t epoch, Time now) { impl_->follow(epoch, now); }
void ClientSession::receive(Bytes frame, Time now) { impl_->receive(frame, now); }
void ClientSession::tick(Time now) { impl_->tick(now); }
void ClientSession::enqueue(std::uint64_t step, Frame chunk) {
  impl_->enqueue(step, std::move(chunk));
}
void ClientSession::pass(std::uint64_t step) { impl_->pass(step); }
void ClientSession::pulse() { impl_->pulsed_ = true; }
void ClientSession::end(std::uint64_t steps, std::uint64_t digest) {
  impl_->end_ = End{impl_->settings_.sim, impl_->settings_.attempt, steps, digest};
}
ClientState ClientSession::state() const { return impl_->state_; }
const Welcome& ClientSession::welcome() const { return impl_->welcome_; }
std::uint64_t ClientSession::durable() const { return impl_->durable_; }
const std::optional<Reject>& ClientSession::reject() const { return impl_->reject_; }
const std::optional<Finished>& ClientSession::finished() const { return impl_->finished_; }
std::size_t ClientSession::unaccepted_bytes() const { return impl_->unaccepted_bytes_; }
bool ClientSession::starved() const { return !impl_->unsent_.empty(); }
Time ClientSession::last_heard() const { return impl_->last_heard_; }
Time ClientSession::last_progress() const { return impl_->last_progress_; }
std::size_t ClientSession::ignored() const { return impl_->ignored_; }

}  // namespace weir::wire
