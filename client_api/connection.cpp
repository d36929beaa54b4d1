#include "client_api/connection.h"

#include <algorithm>
#include <utility>

#include <pthread.h>
#include <sched.h>
#include <signal.h>

#include "client_api/environment.h"
#include "src/core/error.h"
#include "src/core/failpoint.h"
#include "src/core/planted_bug.h"
#include "src/wire/bitmap.h"

namespace weir::client {
namespace {

/// Between two looks at what is due by itself: while a Hello may have to be said again, and in an
/// open connection. A thousand clients on a machine that all looked ten times a second took an
/// eighth of two cores.
constexpr Duration connecting_wait = std::chrono::milliseconds(100);
constexpr Duration open_wait = std::chrono::seconds(1);
/// Small samples travel together: each that went alone would wake five threads on its way. Nobody
/// waits for one that is not the last, and the server's clients are granted more at a time.
constexpr Duration gather_time = std::chrono::milliseconds(5);
constexpr std::size_t gathered_bytes = std::size_t{256} << 10;
constexpr Duration silent_after = std::chrono::seconds(2);
/// All data are accepted when End is said; a lost answer to it loses nothing, so it is not worth
/// the whole timeout.
constexpr Duration end_wait = std::chrono::seconds(10);
constexpr std::uint64_t no_digest = 0;  ///< the server checks its ledger, not a digest

Time now() { return std::chrono::steady_clock::now(); }

/// Blocks all signals while a thread is started, so that it takes none: they are for the solver's
/// own threads.
class SignalsBlocked {
 public:
  SignalsBlocked() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  ~SignalsBlocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  SignalsBlocked(const SignalsBlocked&) = delete;
  SignalsBlocked& operator=(const SignalsBlocked&) = delete;

 private:
  sigset_t before_;
};

/// The calling thread gets its share of the cores, but takes none from a thread that runs when a
/// word for it comes: the solver's that just handed a step over, or computes. A solver that runs
/// with a policy of its own keeps it here.
void let_the_solver_run() {
  const sched_param none{};
  if (sched_getscheduler(/*this thread*/ 0) == SCHED_OTHER && !WEIR_BUG("solver_preempted"))
    sched_setscheduler(/*this thread*/ 0, SCHED_BATCH, &none);
}

}  // namespace

Connection::Connection(ConnectionSettings settings, const wire::EndpointFile& endpoint,
                       EndpointWatch watch, MakeChannel make_channel)
    : settings_(std::move(settings)),
      make_channel_(std::move(make_channel)),
      watch_(std::move(watch)),
      channel_(make_channel_(endpoint)),
      endpoints_(endpoint.endpoints),
      tried_(watch_.tried()) {
  const std::size_t ranks = endpoints_.size();
  for (std::size_t rank = 0; rank < ranks; ++rank) {
    wire::ClientSettings session = settings_.session;
    session.rank = rank;
    session.epoch = endpoint.epoch;
    sessions_.push_back(std::make_unique<wire::ClientSession>(
        session, [this, rank](wire::Frame frame) { channel_->send(rank, std::move(frame)); }));
  }
  heard_.resize(ranks);
  dropped_.resize(ranks);
  views_.resize(ranks);
  welcomes_.resize(ranks);
  const SignalsBlocked blocked;
  thread_ = std::thread([this] { serve(); });
  pthread_setname_np(thread_.native_handle(), "weir-client");
}

Connection::~Connection() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
    channel_->wake();
  }
  thread_.join();
}

// ---- the thread weir-client

void Connection::serve() {
  let_the_solver_run();
  try {
    for (auto& session : sessions_) session->start(now());
    while (serve_once()) channel_->wait(connecting() ? connecting_wait : open_wait);
  } catch (...) {
    const std::lock_guard lock(mutex_);
    broken_ = current_failure();
    changed_.notify_all();
  }
}

bool Connection::serve_once() {
  std::vector<Item> items;
  std::optional<std::uint64_t> end_steps;
  bool going_on = called_.exchange(false);
  {
    const std::lock_guard lock(mutex_);
    if (stop_) return false;
    items.swap(queue_);
    gathered_ = 0;
    end_steps = end_steps_;
    going_on = going_on || awaited_ != nullptr || !items.empty();
  }
  std::size_t bytes = 0;
  for (const auto& item : items) bytes += payload_bytes(item);
  hand_over(std::move(items));
  receive();
  follow_server();
  if (end_steps && !end_said_) {
    for (auto& session : sessions_) session->end(*end_steps, no_digest);
    end_said_ = true;
  }
  for (auto& session : sessions_) {
    if (going_on) session->pulse();
    session->tick(now());
  }
  publish(bytes);
  return true;
}

void Connection::hand_over(std::vector<Item> items) {
  for (auto& item : items) {
    auto& session = *sessions_[item.server_rank];
    if (item.chunk == nullptr) {
      session.pass(item.step);
      continue;
    }
    if (session.state() == wire::ClientState::rejected) dropped_[item.server_rank] = true;
    session.enqueue(item.step, std::move(item.chunk));
  }
}

std::size_t Connection::payload_bytes(const Item& item) {
  return item.chunk == nullptr ? 0 : wire::value_bytes(*item.chunk);
}

void Connection::receive() {
  while (const auto received = channel_->try_receive()) {
    const std::size_t rank = received->server_rank();
    heard_[rank] = now();
    sessions_[rank]->receive(received->bytes(), now());
  }
}

/// A server that was started again says so in the endpoint file, and nowhere else.
void Connection::follow_server() {
  const Time time = now();
  if (!watch_.due(time, silent(time))) return;
  const std::uint64_t former = watch_.epoch();
  const auto later = watch_.look(time);
  try {
    if (later && !reached(later->epoch)) move_to(*later);
  } catch (const Error& error) {
    watch_.retry(former, error.what());
  }
  const std::lock_guard lock(mutex_);
  tried_ = watch_.tried();
}

/// Whether a server rank has not welcomed this client yet.
bool Connection::connecting() const {
  return std::any_of(sessions_.begin(), sessions_.end(), [](const auto& session) {
    return session->state() == wire::ClientState::connecting;
  });
}

/// Whether a server rank has not welcomed this client yet, or says nothing.
bool Connection::silent(Time time) const {
  return connecting() ||
         std::any_of(sessions_.begin(), sessions_.end(), [time](const auto& session) {
           return session->state() == wire::ClientState::open &&
                  time - session->last_heard() >= silent_after;
         });
}

/// A server that listens where the former one did may have welcomed the client already.
bool Connection::reached(std::uint64_t epoch) const {
  return std::all_of(sessions_.begin(), sessions_.end(), [epoch](const auto& session) {
    return session->state() == wire::ClientState::open && session->welcome().epoch == epoch;
  });
}

void Connection::move_to(const wire::EndpointFile& endpoint) {
  WEIR_FAILPOINT("client.before_follow");
  auto channel = make_channel_(endpoint);
  {
    const std::lock_guard lock(mutex_);
    channel_.swap(channel);
    endpoints_ = endpoint.endpoints;
  }
  for (auto& session : sessions_) session->follow(endpoint.epoch, now());
}

void Connection::publish(std::size_t handed_over) {
  const std::lock_guard lock(mutex_);
  queued_bytes_ -= handed_over;
  for (std::size_t rank = 0; rank < sessions_.size(); ++rank) {
    const auto& session = *sessions_[rank];
    auto& view = views_[rank];
    if (session.welcome().session != welcomes_[rank].session) welcomes_[rank] = session.welcome();
    progress_ = std::max(progress_, session.last_progress());
    view = {session.state(), session.unaccepted_bytes(), heard_[rank], session.reject(),
            dropped_[rank],  channel_->trouble(rank)};
  }
  // Woken for each word of a server, a solver that waits would be so for nothing most times.
  if (awaited_ != nullptr && (failed() || (*awaited_)())) changed_.notify_all();
}

// ---- the solver's thread

bool Connection::wait(std::unique_lock<std::mutex>& lock, Duration at_most,
                      const std::function<bool()>& done) {
  const Time start = now();
  awaited_ = &done;  // for weir-client, which looks as often as it serves
  bool in_time = true;
  while (in_time && !failed() && !done()) {
    const Time deadline = std::max(start, progress_) + at_most;
    in_time = now() < deadline;
    if (!queue_.empty()) channel_->wake();
    if (in_time) changed_.wait_until(lock, deadline);
  }
  awaited_ = nullptr;
  throw_if_failed();
  return in_time;
}

void Connection::enqueue(Item item) {
  gathered_ += payload_bytes(item);
  queue_.push_back(std::move(item));
  if (gathered_ >= gathered_bytes) {
    channel_->wake();
  } else if (queue_.size() == 1) {
    channel_->wake_within(gather_time);
  }
}

/// A study that is over has no use for the rest; for a client whose samples are all accepted that
/// is no failure.
bool Connection::refused(const View& view) const {
  if (!view.reject) return false;
  const bool all_accepted =
      draining_ && queued_bytes_ == 0 && view.unaccepted == 0 && !view.dropped;
  return !(view.reject->code == wire::RejectCode::over && all_accepted);
}

bool Connection::failed() const {
  return broken_ || std::any_of(views_.begin(), views_.end(),
                                [this](const View& view) { return refused(view); });
}

void Connection::throw_if_failed() const {
  if (broken_) throw Failure(*broken_);
  for (std::size_t rank = 0; rank < views_.size(); ++rank) {
    if (!refused(views_[rank])) continue;
    throw Failure(WEIR_ERROR_REJECTED, server_name(rank) + " refused simulation " +
                                           std::to_string(settings_.session.sim) + ", attempt " +
                                           std::to_string(settings_.session.attempt) + ": " +
                                           views_[rank].reject->text);
  }
}

std::vector<wire::Welcome> Connection::wait_until_open() {
  std::unique_lock lock(mutex_);
  const auto open = [](const View& view) { return view.state == wire::ClientState::open; };
  const auto all_open = [&] { return std::all_of(views_.begin(), views_.end(), open); };
  if (wait(lock, settings_.timeout, all_open)) return welcomes_;
  const auto silent = std::find_if_not(views_.begin(), views_.end(), open) - views_.begin();
  throw Failure(
      WEIR_ERROR_TIMEOUT,
      "no connection within " + seconds_text(settings_.timeout) + ": " + last_words(silent) +
          "; check that the study's server still runs (logs/server." + std::to_string(silent) +
          ".log in the study directory) and that this host reaches it; " + tried_);
}

void Connection::reserve(std::size_t bytes) {
  std::unique_lock lock(mutex_);
  const auto has_room = [&] {
    const std::size_t used = unaccepted() + promised_bytes_;
    return used == 0 || used + bytes <= settings_.window_bytes;
  };
  if (!wait(lock, settings_.timeout, has_room)) {
    throw Failure(WEIR_ERROR_TIMEOUT,
                  "waited " + seconds_text(settings_.timeout) + " for room: " + still_waiting());
  }
  promised_bytes_ += bytes;
}

void Connection::reserve_more(std::size_t bytes) {
  const std::lock_guard lock(mutex_);
  promised_bytes_ += bytes;
}

void Connection::release(std::size_t bytes) {
  const std::lock_guard lock(mutex_);
  promised_bytes_ -= bytes;
}

void Connection::check() {
  const std::lock_guard lock(mutex_);
  throw_if_failed();
}

bool Connection::holds(std::size_t server_rank, std::uint64_t step) {
  const std::lock_guard lock(mutex_);
  return wire::has_bit(welcomes_[server_rank].held, step);
}

void Connection::push(std::size_t server_rank, std::uint64_t step, wire::Frame chunk) {
  const std::lock_guard lock(mutex_);
  Item item{server_rank, step, std::move(chunk)};
  const std::size_t bytes = payload_bytes(item);
  enqueue(std::move(item));
  promised_bytes_ -= bytes;
  queued_bytes_ += bytes;
}

void Connection::pass(std::size_t server_rank, std::uint64_t step, std::size_t unused) {
  const std::lock_guard lock(mutex_);
  enqueue({server_rank, step, nullptr});
  promised_bytes_ -= unused;
}

void Connection::drain(std::size_t unfinished) {
  std::unique_lock lock(mutex_);
  draining_ = true;
  if (wait(lock, settings_.timeout, [&] { return unaccepted() <= unfinished; })) return;
  throw Failure(WEIR_ERROR_TIMEOUT, "waited " + seconds_text(settings_.timeout) +
                                        " for the last samples to be accepted: " + still_waiting());
}

void Connection::end(std::uint64_t steps) {
  std::unique_lock lock(mutex_);
  end_steps_ = steps;
  channel_->wake();
  const auto over = [](const View& view) {
    return view.state == wire::ClientState::ended || view.state == wire::ClientState::rejected;
  };
  wait(lock, std::min(settings_.timeout, end_wait),
       [&] { return std::all_of(views_.begin(), views_.end(), over); });
}

std::size_t Connection::unaccepted() const {
  std::size_t bytes = queued_bytes_;
  for (const auto& view : views_) bytes += view.unaccepted;
  return bytes;
}

std::string Connection::server_name(std::size_t rank) const {
  return "server rank " + std::to_string(rank) + " at " + endpoints_[rank];
}

std::string Connection::last_words(std::size_t rank) const {
  const auto& heard = views_[rank].heard;
  const auto& trouble = views_[rank].trouble;
  if (!trouble.empty()) return server_name(rank) + ": " + trouble;
  if (!heard) return server_name(rank) + " has never answered";
  return server_name(rank) + " answered last " + seconds_text(now() - *heard) + " ago";
}

/// Names the rank that keeps most.
std::string Connection::still_waiting() const {
  const auto fewer = [](const View& a, const View& b) { return a.unaccepted < b.unaccepted; };
  const auto rank = static_cast<std::size_t>(std::max_element(views_.begin(), views_.end(), fewer) -
                                             views_.begin());
  return std::to_string(unaccepted()) + " bytes are not accepted; " + last_words(rank) +
         "; check that it still runs and trains (logs/server." + std::to_string(rank) +
         ".log in the study directory), or raise \"client\": {\"timeout\"} in the study; " + tried_;
}

}  // namespace weir::client
