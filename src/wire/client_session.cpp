#include "src/wire/client_session.h"

#include <algorithm>
#include <map>
#include <unordered_map>
#include <utility>
#include <vector>

namespace weir::wire {
namespace {

constexpr Duration first_back_off = std::chrono::milliseconds(500);
constexpr Duration longest_back_off = std::chrono::seconds(5);
/// Between two Hellos, even when the server itself asks for one.
constexpr Duration shortest_back_off = std::chrono::milliseconds(100);

struct Sample {
  std::uint64_t order = 0;  ///< among the samples, of their first chunks
  std::vector<Frame> chunks;
  std::size_t sent = 0;  ///< chunks, in this session
  bool begun = false;    ///< in this session
};

std::size_t payload_bytes(const Frame& chunk) { return chunk->size() - header_size; }

std::size_t payload_bytes(const Sample& sample) {
  std::size_t bytes = 0;
  for (const Frame& chunk : sample.chunks) bytes += payload_bytes(chunk);
  return bytes;
}

bool has_bit(const std::vector<std::uint8_t>& bitmap, std::uint64_t bit) {
  return bit / 8 < bitmap.size() && (bitmap[bit / 8] >> (bit % 8) & 1) != 0;
}

}  // namespace

struct ClientSession::Impl {
  Impl(ClientSettings settings, Send send) : settings_(settings), send_(std::move(send)) {}

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
    say(Hello{settings_.study, settings_.schema, settings_.sim, settings_.attempt, session_}, now);
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

  void handle(const Welcome& welcome, Time) {
    if (state_ != ClientState::connecting || welcome.session != session_)
      return;  // to a former Hello
    state_ = ClientState::open;
    welcome_ = welcome;
    back_off_ = first_back_off;
    start_session();
  }

  /// Everything that the rank does not hold is to be sent, from nothing.
  void start_session() {
    granted_ = {};
    wanted_ = said_ = {};
    begun_ = sent_bytes_ = 0;
    idle_ = end_said_ = false;
    unsent_.clear();
    std::erase_if(samples_, [&](const auto& entry) {
      const bool held = has_bit(welcome_.held, entry.first);
      if (held) unaccepted_bytes_ -= payload_bytes(entry.second);
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

  void handle(const Credit& credit, Time) {
    if (state_ != ClientState::open) return;  // of a former session
    granted_.samples = std::max(granted_.samples, credit.samples);
    granted_.bytes = std::max(granted_.bytes, credit.bytes);
  }

  void handle(const Accepted& accepted, Time) {
    if (accepted.sim != settings_.sim) return;
    for (const std::uint64_t step : accepted.steps) {
      const auto found = samples_.find(step);
      if (found == samples_.end()) continue;
      unaccepted_bytes_ -= payload_bytes(found->second);
      unsent_.erase(found->second.order);
      samples_.erase(found);
    }
  }

  void handle(const Reject& reject, Time now) {
    if (reject.code != RejectCode::no_session) {
      state_ = ClientState::rejected;
      reject_ = reject;
    } else if (state_ == ClientState::open) {
      state_ = ClientState::connecting;
      hello_due_ = std::max(now, last_hello_ + shortest_back_off);
    }
  }

  void handle(const Finished& finished, Time) {
    if (!end_said_ || state_ != ClientState::open) return;
    finished_ = finished;
    state_ = ClientState::ended;
  }

  void handle(const Durable&, Time) {}  // kept until accepted, not longer
  void handle(const Pong&, Time) {}     // it was heard, which is all
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
      begun_ += sample->begun ? 0 : 1;
      sample->begun = true;
      sent_bytes_ += payload_bytes(chunk);
      send_(chunk);
      last_said_ = now;
      if (++sample->sent == sample->chunks.size()) unsent_.erase(unsent_.begin());
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
    if (wanted_ == said_) return;
    said_ = wanted_;
    say(wanted_, now);
  }

  void say_end(Time now) {
    if (!end_ || end_said_ || !samples_.empty()) return;
    end_said_ = true;
    say(*end_, now);
  }

  void ping(Time now) {
    if (now - last_ping_ < settings_.ping_every) return;
    if (now - std::min(last_heard_, last_said_) < settings_.ping_every) return;
    last_ping_ = now;
    say(Ping{++pings_}, now);
  }

  void enqueue(std::uint64_t step, Frame chunk) {
    if (final()) return;
    if (state_ == ClientState::open && has_bit(welcome_.held, step)) return;
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

  const ClientSettings settings_;
  const Send send_;
  ClientState state_ = ClientState::connecting;
  std::uint64_t session_ = 0;

  std::unordered_map<std::uint64_t, Sample> samples_;  ///< not accepted yet, by step
  std::map<std::uint64_t, std::uint64_t> unsent_;  ///< order → step of those with chunks to send
  std::uint64_t next_order_ = 0;
  std::size_t unaccepted_bytes_ = 0;

  // Of this session, from Welcome on.
  Credit granted_;
  std::uint64_t begun_ = 0, sent_bytes_ = 0;
  Want wanted_, said_;
  bool idle_ = false;  ///< credit was returned because the next sample may not begin
  bool end_said_ = false;

  Welcome welcome_;
  std::optional<Reject> reject_;
  std::optional<Finished> finished_;
  std::optional<End> end_;

  Time last_heard_{}, last_said_{}, last_ping_{}, last_hello_{}, hello_due_{};
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
void ClientSession::receive(Bytes frame, Time now) { impl_->receive(frame, now); }
void ClientSession::tick(Time now) { impl_->tick(now); }
void ClientSession::enqueue(std::uint64_t step, Frame chunk) {
  impl_->enqueue(step, std::move(chunk));
}
void ClientSession::end(std::uint64_t steps, std::uint64_t digest) {
  impl_->end_ = End{impl_->settings_.sim, impl_->settings_.attempt, steps, digest};
}
ClientState ClientSession::state() const { return impl_->state_; }
const Welcome& ClientSession::welcome() const { return impl_->welcome_; }
const std::optional<Reject>& ClientSession::reject() const { return impl_->reject_; }
const std::optional<Finished>& ClientSession::finished() const { return impl_->finished_; }
std::size_t ClientSession::unaccepted_bytes() const { return impl_->unaccepted_bytes_; }
bool ClientSession::starved() const { return !impl_->unsent_.empty(); }
Time ClientSession::last_heard() const { return impl_->last_heard_; }
std::size_t ClientSession::ignored() const { return impl_->ignored_; }

}  // namespace weir::wire
