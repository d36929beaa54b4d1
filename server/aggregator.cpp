#include "server/aggregator.h"

#include <exception>
#include <utility>

#include <pthread.h>

#include "src/core/failpoint.h"

namespace weir {

namespace {
constexpr auto poll_interval = std::chrono::milliseconds(20);
constexpr auto order_limit = std::chrono::seconds(1);  // a thread that has failed follows no order
constexpr std::size_t burst = 256;  // frames between two looks at credit and time
}  // namespace

Aggregator::Aggregator(const wire::AggregatorSettings& settings,
                       std::unique_ptr<wire::ServerChannel> channel, wire::SampleSink& sink,
                       const Design* design, Controller* controller,
                       std::shared_ptr<spdlog::logger> log)
    : settings_(settings),
      channel_(std::move(channel)),
      design_(design),
      controller_(controller),
      log_(std::move(log)),
      session_(settings, sink, *this, [this](const wire::Peer& peer, wire::Frame frame) {
        channel_->send(peer, std::move(frame));
      }) {}

Aggregator::~Aggregator() { stop(Duration::zero()); }

std::string Aggregator::endpoint() const { return channel_->endpoint(); }

void Aggregator::resume(std::uint64_t unique, const std::vector<std::uint64_t>& complete) {
  unique_ = unique_seen_ = unique;
  for (const std::uint64_t sim : complete) tell(RankEvent::Kind::completed, sim);
}

void Aggregator::start() {
  thread_ = std::thread([this] { run(); });
}

void Aggregator::wake() { channel_->wake(); }

std::vector<std::int64_t> Aggregator::take_events() {
  const std::lock_guard lock(mutex_);
  if (unique_seen_ != unique_told_) {
    append(events_, {RankEvent::Kind::accepted, static_cast<std::int64_t>(settings_.rank), 0,
                     static_cast<std::int64_t>(unique_seen_)});
    unique_told_ = unique_seen_;
  }
  return std::exchange(events_, {});
}

void Aggregator::fence(std::uint64_t sim, std::uint64_t lowest) {
  {
    const std::lock_guard lock(mutex_);
    fences_.push_back({sim, lowest});
  }
  wake();
}

void Aggregator::published() {
  published_ = true;
  wake();
}

void Aggregator::end_reception() {
  over_ = true;
  wait_until_ended();
}

void Aggregator::fall_silent() {
  silent_ = true;
  wait_until_ended();
}

void Aggregator::wait_until_ended() {
  wake();
  std::unique_lock lock(mutex_);
  if (thread_.joinable()) ended_.wait_for(lock, order_limit, [this] { return has_ended_; });
}

void Aggregator::stop(Duration at_most) {
  if (!thread_.joinable()) return;
  deadline_ = clock_.now() + at_most;
  wake();
  thread_.join();
  if (const auto away = channel_->turned_away(); away > 0)
    log_->warn("{} connections were turned away: no key, another key, or too many at once", away);
}

wire::AggregatorCounters Aggregator::counters() const {
  const std::lock_guard lock(mutex_);
  return counters_;
}

void Aggregator::run() {
  pthread_setname_np(pthread_self(), "weir-aggregator");
  try {
    // Whether to end is asked before serving, so that what stop() found to be said is said.
    for (bool done = false; !done;) {
      wait();
      const Time deadline = deadline_.load();
      serve(clock_.now());
      done =
          deadline != Time::max() && (session_.counters().clients == 0 || clock_.now() >= deadline);
    }
    if (!silent_) session_.end_reception();
  } catch (const std::exception& error) {
    fail(error.what());
  }
}

void Aggregator::wait() {
  if (silent_)  // what has arrived stays where it is, and would end every wait at once
    std::this_thread::sleep_for(poll_interval);
  else
    channel_->wait(session_.untold() ? settings_.patience : Duration(poll_interval));
}

void Aggregator::take_orders() {
  std::vector<Attempt> fences;
  {
    const std::lock_guard lock(mutex_);
    fences.swap(fences_);
  }
  for (const Attempt& lowest : fences) session_.fence(lowest.sim, lowest.attempt);
  say_durable();
  if (!over_ && !silent_) return;
  if (!silent_) session_.end_reception();
  {
    const std::lock_guard lock(mutex_);
    has_ended_ = true;
  }
  ended_.notify_all();
}

void Aggregator::say_durable() {
  if (!published_.exchange(false)) return;
  WEIR_FAILPOINT("aggregator.before_durable");
  session_.published();
}

void Aggregator::listen(Time now) {
  for (std::size_t k = 0; k < burst; ++k) {
    auto received = channel_->try_receive();
    if (!received) break;
    session_.receive(received->peer(), received->bytes(), now);
  }
}

void Aggregator::serve(Time now) {
  // What is received while the last checkpoint is written would be in none.
  const bool silent = silent_;
  if (!silent) listen(now);
  take_orders();
  if (!silent) session_.tick(now);
  if (controller_ != nullptr) {
    send(controller_->tick(now));
    for (const std::string& notice : controller_->take_notices()) log_->warn("{}", notice);
  }
  const std::lock_guard lock(mutex_);
  counters_ = session_.counters();
  unique_seen_ = unique_;
}

void Aggregator::send(const std::vector<Outgoing>& out) {
  for (const Outgoing& outgoing : out)
    channel_->send(outgoing.peer,
                   wire::frame_of(outgoing.message));
}

void Aggregator::tell(RankEvent::Kind kind, std::uint64_t sim, std::uint64_t value) {
  const std::lock_guard lock(mutex_);
  append(events_, {kind, static_cast<std::int64_t>(settings_.rank), static_cast<std::int64_t>(sim),
                   static_cast<std::int64_t>(value)});
}

void Aggregator::fail(const std::string& reason) {
  log_->error("the aggregator of rank {} cannot go on: {}", settings_.rank, reason);
  tell(RankEvent::Kind::failed);
}

std::optional<std::vector<double>> Aggregator::parameters(std::uint64_t sim) {
  if (design_ == nullptr || !design_->is_settled(sim)) return std::nullopt;
  return design_->parameters(sim);
}

void Aggregator::connected(std::uint64_t sim, std::uint64_t attempt) {
  WEIR_FAILPOINT("aggregator.connected");
  log_->info("simulation {} attempt {} has connected", sim, attempt);
}

void Aggregator::accepted(SampleId) { ++unique_; }

void Aggregator::completed(std::uint64_t sim) {
  WEIR_FAILPOINT("aggregator.completed");
  tell(RankEvent::Kind::completed, sim);
}

void Aggregator::refused(std::uint64_t sim, const std::string& reason) {
  log_->warn("simulation {} is refused: {}", sim, reason);
  tell(RankEvent::Kind::refused, sim);
}

void Aggregator::lost(std::uint64_t sim, std::uint64_t attempt) {
  log_->warn("simulation {} attempt {} has been silent for longer than server.liveness", sim,
             attempt);
  tell(RankEvent::Kind::lost, sim, attempt);
}

void Aggregator::lacking(std::uint64_t sim, std::uint64_t attempt, std::uint64_t step) {
  log_->warn(
      "simulation {} attempt {} cannot send step {} again, which is lost with the former server",
      sim, attempt, step);
  tell(RankEvent::Kind::lacking, sim, attempt);
}

void Aggregator::stalled(std::uint64_t sim, std::uint64_t attempt) {
  log_->warn("simulation {} attempt {} has sent nothing for longer than simulation.progress", sim,
             attempt);
  tell(RankEvent::Kind::stalled, sim, attempt);
}

void Aggregator::other(const wire::Peer& peer, const wire::Message& message) {
  if (controller_ == nullptr) return;
  WEIR_FAILPOINT("aggregator.launcher_message");
  send(controller_->receive(peer, message, clock_.now()));
}

}  // namespace weir
