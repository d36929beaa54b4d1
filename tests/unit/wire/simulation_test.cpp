// Many clients against server ranks over a network with faults, for many seeds: every sample is
// accepted exactly once, nothing hangs, and the bytes in flight keep within their budget.

#include <cstdlib>
#include <deque>
#include <memory>

#include <gtest/gtest.h>

#include "src/core/random.h"
#include "src/wire/client_session.h"
#include "src/wire/memory_channel.h"
#include "tests/unit/wire/wire_fakes.h"

namespace weir::wire {
namespace {

using namespace std::chrono_literals;
using test::FakeSink;
using test::RecordedEvents;

/// What a seed decides of a run.
struct Plan {
  explicit Plan(Random& random) {
    ranks = 1 + random.below(2);
    clients = 1 + random.below(6);
    steps = 1 + random.below(20);
    for (std::uint64_t i = 1 + random.below(3); i > 0; --i) fields.push_back(1 + random.below(300));
    for (const auto size : fields) sample_bytes += size * sizeof(float);
    largest_chunk = 1 + random.below(200);
    budget = 16 + random.below(3 * sample_bytes);
    room = 1 + random.below(8);
    window = sample_bytes * (1 + random.below(4));
    faults.longest_delay = std::chrono::milliseconds(random.below(40));
    faults.duplicate = random.below(2) == 0 ? 0 : 0.05;
    faults.cut = random.below(2) == 0 ? 0 : 0.01;
    kills = random.below(3);
  }
  std::size_t ranks, clients, steps, largest_chunk, room, kills;
  std::size_t sample_bytes = 0, budget, window;
  std::vector<std::size_t> fields;
  MemoryFaults faults;
};

class Server {
 public:
  Server(const Plan& plan, std::size_t rank, MemoryNetwork& network)
      : sink(plan.fields, plan.steps, plan.room, rank, plan.ranks),
        channel_(network.bind()),
        session(settings(plan, rank), sink, events,
                [this](const Peer& peer, Frame frame) { channel_->send(peer, std::move(frame)); }) {
  }

  void run(Time now, Random& random) {
    sink.pinned = random.below(4) == 0;
    while (const auto received = channel_->try_receive()) {
      session.receive(received->peer(), received->bytes(), now);
    }
    session.tick(now);
    if (random.below(3) != 0) sink.consume();
  }

  FakeSink sink;
  RecordedEvents events;

 private:
  static AggregatorSettings settings(const Plan& plan, std::size_t rank) {
    AggregatorSettings settings;
    settings.rank = rank;
    settings.ranks = plan.ranks;
    settings.steps = plan.steps;
    settings.field_sizes = plan.fields;
    settings.inflight_bytes = plan.budget;
    settings.liveness = 20s;
    return settings;
  }
  std::unique_ptr<ServerChannel> channel_;

 public:
  AggregatorSession session;
};

/// A solver with its sessions: sends step after step, as its window allows.
class Client {
 public:
  Client(const Plan& plan, std::uint64_t sim, std::uint64_t attempt, MemoryNetwork& network,
         Time now)
      : plan_(plan), sim_(sim), attempt_(attempt), channel_(network.connect()) {
    for (std::size_t rank = 0; rank < plan.ranks; ++rank) {
      ClientSettings settings;
      settings.sim = sim;
      settings.attempt = attempt;
      settings.sample_bytes = plan.sample_bytes;
      auto send = [this, rank](Frame frame) { channel_->send(rank, std::move(frame)); };
      sessions_.push_back(std::make_unique<ClientSession>(settings, send));
      sessions_.back()->start(now);
    }
  }

  void run(Time now, Random& random) {
    while (const auto received = channel_->try_receive()) {
      sessions_[received->server_rank()]->receive(received->bytes(), now);
    }
    if (random.below(3) != 0) compute_step();
    for (const auto& session : sessions_) session->tick(now);
  }

  bool ended() const {
    return std::all_of(sessions_.begin(), sessions_.end(),
                       [](const auto& s) { return s->state() == ClientState::ended; });
  }
  std::string rejection() const {
    for (const auto& session : sessions_) {
      if (session->state() == ClientState::rejected) return session->reject()->text;
    }
    return {};
  }
  std::uint64_t sim() const { return sim_; }
  std::uint64_t attempt() const { return attempt_; }

 private:
  void compute_step() {
    if (step_ == plan_.steps) {
      for (const auto& session : sessions_) session->end(plan_.steps, /*digest=*/0);
      return;
    }
    std::size_t unaccepted = 0;
    for (const auto& session : sessions_) unaccepted += session->unaccepted_bytes();
    if (unaccepted + plan_.sample_bytes > plan_.window) return;
    const SampleId id{sim_, step_++};
    for (std::uint32_t field = 0; field < plan_.fields.size(); ++field) send_field(id, field);
  }

  void send_field(SampleId id, std::uint32_t field) {
    ClientSession& session = *sessions_[rank_of(id, plan_.ranks)];
    const std::size_t size = plan_.fields[field];
    for (std::size_t offset = 0; offset < size; offset += plan_.largest_chunk) {
      const auto count = std::min(plan_.largest_chunk, size - offset);
      session.enqueue(id.step, test::chunk(id, attempt_, field, offset, count));
    }
  }

  const Plan& plan_;
  std::uint64_t sim_, attempt_, step_ = 0;
  std::unique_ptr<ClientChannel> channel_;
  std::vector<std::unique_ptr<ClientSession>> sessions_;
};

class Simulation {
 public:
  explicit Simulation(std::uint64_t seed)
      : random_(seed), plan_(random_), network_(clock_, seed, plan_.faults) {
    for (std::size_t rank = 0; rank < plan_.ranks; ++rank) {
      servers_.push_back(std::make_unique<Server>(plan_, rank, network_));
    }
    for (std::size_t sim = 0; sim < plan_.clients; ++sim) start(sim, 0);
  }

  /// False when it did not end in ten minutes of its own time.
  bool run() {
    const Time calm = clock_.now() + 2min, deadline = clock_.now() + 10min;
    while (!ended() && clock_.now() < deadline && !::testing::Test::HasFailure()) {
      if (clock_.now() >= calm) network_.calm();  // samples of many chunks may need one
      turn();
    }
    return ended();
  }

  void check() const {
    std::size_t accepted = 0, samples = 0;
    for (const auto& server : servers_) {
      for (const auto& [id, times] : server->events.accepted_times) EXPECT_EQ(times, 1);
      accepted += server->events.accepted_times.size();
      samples += server->sink.ledger.size();
      EXPECT_EQ(server->events.completed_times.size(), plan_.clients);
      EXPECT_EQ(server->sink.filling(), 0u);
      EXPECT_EQ(server->session.counters().malformed, 0u);
    }
    EXPECT_EQ(accepted, plan_.clients * plan_.steps);
    EXPECT_EQ(samples, accepted);
  }

  /// What happened that a calm run would not show: chunks seen twice, sessions opened again, chunks
  /// kept for a slot.
  struct Troubles {
    std::size_t repeated = 0, reopened = 0, kept = 0;
  };
  Troubles troubles() const {
    Troubles troubles{.kept = kept_};
    for (const auto& server : servers_) {
      troubles.repeated += server->session.counters().repeated;
      troubles.reopened += server->events.connections.size() - plan_.clients;
    }
    return troubles;
  }

 private:
  void start(std::uint64_t sim, std::uint64_t attempt) {
    clients_.push_back(std::make_unique<Client>(plan_, sim, attempt, network_, clock_.now()));
  }

  bool ended() const {
    return std::all_of(clients_.begin(), clients_.end(), [](const auto& c) { return c->ended(); });
  }

  void turn() {
    clock_.advance(std::chrono::milliseconds(1 + random_.below(5)));
    for (const auto& client : clients_) {
      client->run(clock_.now(), random_);
      ASSERT_EQ(client->rejection(), "") << "sim " << client->sim();
    }
    for (const auto& server : servers_) {
      server->run(clock_.now(), random_);
      const auto counters = server->session.counters();
      const auto chunk = plan_.largest_chunk * sizeof(float);
      ASSERT_LE(counters.inflight_bytes, std::max(plan_.budget, chunk));
      ASSERT_LE(counters.waiting_bytes, counters.inflight_bytes);
      kept_ += counters.waiting_bytes > 0 ? 1 : 0;
    }
    if (plan_.kills > 0 && random_.below(50) == 0) kill_one();
  }

  /// A solver dies without a word, and is started again.
  void kill_one() {
    --plan_.kills;
    const auto victim = random_.below(clients_.size());
    const auto sim = clients_[victim]->sim(), attempt = clients_[victim]->attempt();
    clients_.erase(clients_.begin() + static_cast<std::ptrdiff_t>(victim));
    start(sim, attempt + 1);
  }

  Random random_;
  Plan plan_;
  ManualClock clock_;
  MemoryNetwork network_;
  std::vector<std::unique_ptr<Server>> servers_;
  std::vector<std::unique_ptr<Client>> clients_;
  std::size_t kept_ = 0;
};

/// A single seed, by the environment, for looking into a failure.
std::vector<std::uint64_t> seeds() {
  if (const char* seed = std::getenv("WEIR_TEST_SEED")) return {std::strtoull(seed, nullptr, 10)};
  std::vector<std::uint64_t> all(300);
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = i + 1;
  return all;
}

TEST(Simulation, AcceptsEverySampleExactlyOnceWhateverTheNetworkDoes) {
  Simulation::Troubles troubles;
  for (const std::uint64_t seed : seeds()) {
    SCOPED_TRACE("WEIR_TEST_SEED=" + std::to_string(seed));
    Simulation simulation(seed);
    ASSERT_TRUE(simulation.run()) << "hangs";
    simulation.check();
    ASSERT_FALSE(HasFailure());
    troubles.repeated += simulation.troubles().repeated;
    troubles.reopened += simulation.troubles().reopened;
    troubles.kept += simulation.troubles().kept;
  }
  if (std::getenv("WEIR_TEST_SEED") != nullptr) return;
  EXPECT_GT(troubles.repeated, 100u);
  EXPECT_GT(troubles.reopened, 100u);
  EXPECT_GT(troubles.kept, 100u);
}

}  // namespace
}  // namespace weir::wire
