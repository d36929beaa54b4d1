#include "tests/unit/wire/simulated_study.h"

#include <algorithm>
#include <utility>

namespace weir::wire::test {

using namespace std::chrono_literals;

Troubles& Troubles::operator+=(const Troubles& other) {
  samples += other.samples, lost += other.lost, twice += other.twice;
  attempts += other.attempts, restarts += other.restarts, rolled_back += other.rolled_back;
  lacking += other.lacking, fenced += other.fenced, silent += other.silent;
  repeated += other.repeated, reopened += other.reopened, kept += other.kept;
  parts += other.parts, widowed += other.widowed;
  return *this;
}

SimulatedStudy::SimulatedStudy(std::uint64_t seed)
    : random_(seed),
      plan_(random_),
      network_(clock_, seed, plan_.faults),
      calm_(clock_.now() + 2min),
      deadline_(clock_.now() + 10min),
      published_{Cut(plan_.ranks)},
      server_(std::make_unique<SimulatedServer>(plan_, 1, network_, published_.back())),
      endpoints_{1, server_->endpoints()},
      attempts_(plan_.simulations) {}

bool SimulatedStudy::run() {
  while (!complete() && clock_.now() < deadline_ && !::testing::Test::HasFailure()) {
    if (clock_.now() >= calm_) network_.calm();  // samples of many chunks may need one
    turn();
  }
  return complete();
}

bool SimulatedStudy::complete() const {
  if (!jobs_.empty()) return false;
  for (std::uint64_t sim = 0; sim < plan_.simulations; ++sim) {
    if (!server_->complete(sim)) return false;
  }
  return true;
}

/// Turns grow longer while nothing happens, so that silences cost little.
void SimulatedStudy::turn() {
  clock_.advance(pause_ + std::chrono::milliseconds(1 + random_.below(5)));
  start_missing();
  bool heard = run_clients();
  heard = server_->run(clock_.now(), random_) || heard;
  check_memory(*server_);
  for (const auto& remains : remains_) {
    remains.server->run(clock_.now(), random_);
    check_memory(*remains.server);
  }
  fence_lost_attempts();
  end_jobs();
  checkpoint();
  if (clock_.now() < calm_) go_wrong();
  pause_ = heard ? Duration::zero() : std::min<Duration>(2 * pause_ + 1ms, 200ms);
}

bool SimulatedStudy::run_clients() {
  bool heard = false;
  for (const auto& job : jobs_) {
    heard = job.solver->run(clock_.now(), random_, endpoints_) || heard;
    for (const auto& part : job.solver->parts()) check_client(*part);
  }
  return heard;
}

void SimulatedStudy::check_client(const SimulatedClient& client) const {
  EXPECT_LE(client.unaccepted(), plan_.window);
  if (client.epoch() != server_->epoch()) return;
  for (std::size_t rank = 0; rank < plan_.ranks; ++rank) {
    const auto& session = client.session(rank);
    const auto& published = server_->ranks()[rank]->sink.published;
    if (session.welcome().epoch != server_->epoch()) continue;
    for (std::uint64_t step = 0; step < session.durable() && step < plan_.steps; ++step) {
      const SampleId id{client.sim(), step};
      if (rank_of(id, plan_.ranks) != rank) continue;
      EXPECT_TRUE(published.contains(id)) << "step " << step << " was said to be durable";
    }
  }
}

void SimulatedStudy::check_memory(const SimulatedServer& server) {
  const auto chunk = plan_.largest_chunk * sizeof(float);
  for (const auto& rank : server.ranks()) {
    const auto counters = rank->session.counters();
    EXPECT_LE(counters.inflight_bytes, std::max(plan_.budget, chunk));
    EXPECT_LE(counters.waiting_bytes, counters.inflight_bytes);
    troubles_.kept += counters.waiting_bytes > 0 ? 1 : 0;
  }
}

// ---- the launcher and the controller

void SimulatedStudy::end_jobs() {
  std::erase_if(jobs_, [this](const Job& job) {
    if (job.solver->rejection()) judge(*job.solver);
    const bool killed = job.killed_at && clock_.now() >= *job.killed_at;
    const bool given_up = job.given_up_at && clock_.now() >= *job.given_up_at;
    return killed || given_up || job.solver->ended() || job.solver->rejection();
  });
  std::erase_if(remains_, [this](const Remains& remains) {
    if (clock_.now() < remains.killed_at) return false;
    note(*remains.server);
    return true;
  });
}

void SimulatedStudy::judge(const SimulatedSolver& solver) {
  const Reject why = *solver.rejection();
  troubles_.lacking += why.code == RejectCode::lacking ? 1 : 0;
  troubles_.fenced += why.code == RejectCode::fenced ? 1 : 0;
  EXPECT_TRUE(why.code == RejectCode::lacking || why.code == RejectCode::fenced) << why.text;
}

/// A client that is silent for the server has a successor, and may live on all the same.
void SimulatedStudy::fence_lost_attempts() {
  for (const auto& rank : server_->ranks()) {
    for (const auto& [sim, attempt] : std::exchange(rank->events.losses, {})) {
      ++troubles_.silent;
      Job* job = current_job(sim);
      if (job != nullptr && attempt == attempts_[sim]) {
        job->killed_at = clock_.now() + std::chrono::seconds(random_.below(10));
      }
    }
  }
}

void SimulatedStudy::start_missing() {
  for (std::uint64_t sim = 0; sim < plan_.simulations; ++sim) {
    if (!server_->complete(sim) && current_job(sim) == nullptr) start(sim);
  }
}

/// Of its latest attempt, and not given up.
SimulatedStudy::Job* SimulatedStudy::current_job(std::uint64_t sim) {
  const auto found = std::find_if(jobs_.begin(), jobs_.end(), [&](const Job& job) {
    return !job.killed_at && job.solver->sim() == sim && job.solver->attempt() == attempts_[sim];
  });
  return found == jobs_.end() ? nullptr : &*found;
}

/// The fence may come by the controller, or first with the attempt's own Hello.
void SimulatedStudy::start(std::uint64_t sim) {
  const std::uint64_t attempt = attempts_[sim] ? *attempts_[sim] + 1 : 0;
  attempts_[sim] = attempt;
  troubles_.attempts += 1;
  troubles_.parts += plan_.parts > 1 ? 1 : 0;
  if (random_.below(2) == 0) server_->fence(sim, attempt);
  jobs_.push_back(
      {std::make_unique<SimulatedSolver>(plan_, sim, attempt, network_, endpoints_, clock_.now()),
       {}});
}

// ---- checkpoints and faults

bool SimulatedStudy::draw(std::size_t& left, std::uint64_t one_in) {
  if (left == 0 || random_.below(one_in) != 0) return false;
  --left;
  return true;
}

void SimulatedStudy::go_wrong() {
  if (draw(plan_.client_kills, 50)) lose_client(/*lives_on=*/false);
  if (draw(plan_.client_splits, 50)) lose_client(/*lives_on=*/true);
  if (draw(plan_.server_restarts, 80)) restart_server();
  if (draw(plan_.clock_jumps, 80)) clock_.advance(std::chrono::seconds(random_.below(60)));
}

void SimulatedStudy::lose_client(bool lives_on) {
  if (jobs_.empty()) return;
  const auto job = jobs_.begin() + static_cast<std::ptrdiff_t>(random_.below(jobs_.size()));
  if (lives_on) {
    job->killed_at = clock_.now() + std::chrono::seconds(random_.below(30));
  } else if (job->solver->parts().size() > 1 && random_.below(2) == 0) {
    job->solver->lose_part(random_);
    job->given_up_at = clock_.now() + 40s;
    ++troubles_.widowed;
  } else {
    jobs_.erase(job);
  }
}

/// The next one goes back to the newest cut, or to the one before when that is found corrupt.
void SimulatedStudy::restart_server() {
  ++troubles_.restarts;
  note(*server_);
  if (published_.size() > 1 && random_.below(8) == 0) published_.pop_back();
  for (std::size_t rank = 0; rank < plan_.ranks; ++rank) {
    troubles_.rolled_back +=
        server_->ranks()[rank]->sink.ledger.size() - published_.back()[rank].size();
  }
  written_.reset();
  auto next =
      std::make_unique<SimulatedServer>(plan_, endpoints_.epoch + 1, network_, published_.back());
  std::swap(server_, next);
  if (random_.below(3) == 0) {
    const auto killed_at = clock_.now() + std::chrono::seconds(random_.below(20));
    remains_.push_back({std::move(next), killed_at});
  }
  for (std::uint64_t sim = 0; sim < plan_.simulations; ++sim) {
    if (attempts_[sim]) server_->fence(sim, *attempts_[sim]);
  }
  endpoints_ = {server_->epoch(), server_->endpoints()};
}

void SimulatedStudy::checkpoint() {
  if (written_ && clock_.now() >= written_->published_at) {
    published_.push_back(written_->cut);
    server_->publish(published_.back());
    written_.reset();
  }
  if (!written_ && random_.below(40) == 0) {
    written_ = {server_->cut(), clock_.now() + std::chrono::milliseconds(random_.below(200))};
  }
}

// ---- the end

/// What an epoch counted, when it is over.
void SimulatedStudy::note(const SimulatedServer& server) {
  for (const auto& rank : server.ranks()) {
    const auto counters = rank->session.counters();
    EXPECT_EQ(counters.malformed, 0u);
    EXPECT_EQ(counters.duplicate, 0u) << "a step that was held was sent again";
    troubles_.repeated += counters.repeated;
    troubles_.reopened += rank->events.connections.size();
    for (const auto& [id, times] : rank->events.accepted_times) {
      troubles_.twice += times == 1 && !rank->restored.contains(id) ? 0 : 1;
    }
    for (const auto& [sim, times] : rank->events.completed_times) {
      EXPECT_EQ(times, 1);
      EXPECT_TRUE(rank->sink.complete(sim)) << "simulation " << sim << " was said to be complete";
    }
  }
}

Troubles SimulatedStudy::check() {
  for (int i = 0; i < 2; ++i) {  // what is under way arrives; who took no leave is lost then
    clock_.advance(1min);
    server_->run(clock_.now(), random_);
  }
  note(*server_);
  count_ledgers();
  for (const auto& rank : server_->ranks()) {
    EXPECT_EQ(rank->sink.filling(), 0u);
    EXPECT_EQ(rank->session.counters().inflight_bytes, 0u) << "credit did not come back";
    EXPECT_EQ(rank->session.counters().clients, 0u);
  }
  troubles_.reopened -= std::min(troubles_.reopened, troubles_.attempts * plan_.ranks);
  return troubles_;
}

void SimulatedStudy::count_ledgers() {
  for (std::uint64_t sim = 0; sim < plan_.simulations; ++sim) {
    for (std::uint64_t step = 0; step < plan_.steps; ++step) {
      const SampleId id{sim, step};
      const auto& rank = *server_->ranks()[rank_of(id, plan_.ranks)];
      const bool here = rank.restored.contains(id) || rank.events.accepted_times.contains(id);
      troubles_.samples += 1;
      troubles_.lost += here && rank.sink.ledger.contains(id) ? 0 : 1;
    }
  }
}

}  // namespace weir::wire::test
