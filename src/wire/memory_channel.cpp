#include "src/wire/memory_channel.h"

#include <algorithm>
#include <deque>
#include <map>
#include <optional>
#include <utility>

#include "src/core/random.h"

namespace weir::wire {
namespace {

struct InFlight {
  Time due;
  Frame frame;
};

/// One client's connection to one server; after a reset another one takes its place.
struct Connection {
  std::size_t client = 0, server = 0;
  Peer peer;
  bool up = true;
  std::deque<InFlight> to_server, to_client;
};

class MemoryReceived final : public Received {
 public:
  MemoryReceived(Frame frame, Peer peer, std::size_t rank)
      : frame_(std::move(frame)), peer_(std::move(peer)), rank_(rank) {}
  Bytes bytes() const override { return *frame_; }
  const Peer& peer() const override { return peer_; }
  std::size_t server_rank() const override { return rank_; }

 private:
  Frame frame_;
  Peer peer_;
  std::size_t rank_;
};

using Queue = std::deque<InFlight> Connection::*;

}  // namespace

struct MemoryNetwork::State {
  State(ManualClock& clock, std::uint64_t seed, MemoryFaults faults)
      : clock_(clock), random_(seed), faults_(faults) {}

  Connection& connection(std::size_t client, std::size_t server) {
    for (auto& c : connections_) {
      if (c.up && c.client == client && c.server == server) return c;
    }
    Connection& made = connections_.emplace_back();
    made.client = client;
    made.server = server;
    made.peer = "peer " + std::to_string(next_peer_++);
    return made;
  }

  Connection* find(const Peer& peer) {
    for (auto& c : connections_) {
      if (c.up && c.peer == peer) return &c;
    }
    return nullptr;
  }

  void send(Connection& c, Queue queue, const Frame& frame) {
    const auto spread = faults_.longest_delay - faults_.shortest_delay;
    const auto delay =
        faults_.shortest_delay + std::chrono::duration_cast<Duration>(random_.uniform() * spread);
    Time due = clock_.now() + delay;
    if (!(c.*queue).empty()) due = std::max(due, (c.*queue).back().due);
    (c.*queue).push_back({due, frame});
    if (random_.uniform() < faults_.duplicate) (c.*queue).push_back({due, frame});
    if (random_.uniform() < faults_.cut) cut(c);
  }

  void cut(Connection& c) {
    c.up = false;
    c.to_client.clear();
    c.to_server.resize(random_.below(c.to_server.size() + 1));
  }

  /// The earliest frame that has arrived in `queue` of the connections that `mine` names.
  template <class Mine>
  std::unique_ptr<Received> take(Queue queue, const Mine& mine) {
    Connection* best = earliest(queue, mine);
    if (best == nullptr || (best->*queue).front().due > clock_.now()) return nullptr;
    Frame frame = std::move((best->*queue).front().frame);
    (best->*queue).pop_front();
    auto received = std::make_unique<MemoryReceived>(std::move(frame), best->peer, best->server);
    std::erase_if(connections_, [](const auto& c) { return !c.up && c.to_server.empty(); });
    return received;
  }

  template <class Mine>
  Connection* earliest(Queue queue, const Mine& mine) {
    Connection* best = nullptr;
    for (auto& c : connections_) {
      if (!mine(c) || (c.*queue).empty()) continue;
      if (best == nullptr || (c.*queue).front().due < (best->*queue).front().due) best = &c;
    }
    return best;
  }

  template <class Mine>
  void wait(Queue queue, const Mine& mine, Duration at_most) {
    const Connection* next = earliest(queue, mine);
    Duration pause = at_most;
    if (next != nullptr) pause = std::min(pause, (next->*queue).front().due - clock_.now());
    if (pause > Duration::zero()) clock_.advance(pause);
  }

  ManualClock& clock_;
  Random random_;
  MemoryFaults faults_;
  std::deque<Connection> connections_;
  std::size_t servers_ = 0, clients_ = 0, next_peer_ = 0;
};

class MemoryNetwork::MemoryServer final : public ServerChannel {
  auto mine() const {
    return [rank = rank_](const Connection& c) { return c.server == rank; };
  }

 public:
  MemoryServer(std::shared_ptr<State> state, std::size_t rank)
      : state_(std::move(state)), rank_(rank) {}
  void send(const Peer& peer, Frame frame) override {
    if (Connection* c = state_->find(peer)) state_->send(*c, &Connection::to_client, frame);
  }
  std::unique_ptr<Received> try_receive() override {
    return state_->take(&Connection::to_server, mine());
  }
  void wait(Duration at_most) override {
    if (!std::exchange(woken_, false)) state_->wait(&Connection::to_server, mine(), at_most);
  }
  void wake() override { woken_ = true; }
  std::string endpoint() const override { return "memory://" + std::to_string(rank_); }

 private:
  std::shared_ptr<State> state_;
  std::size_t rank_;
  bool woken_ = false;
};

class MemoryNetwork::MemoryClient final : public ClientChannel {
  auto mine() const {
    return [client = client_](const Connection& c) { return c.up && c.client == client; };
  }

 public:
  MemoryClient(std::shared_ptr<State> state, std::size_t client)
      : state_(std::move(state)), client_(client) {}
  ~MemoryClient() override {
    for (auto& c : state_->connections_) {
      if (c.up && c.client == client_) state_->cut(c);
    }
  }
  void send(std::size_t server_rank, Frame frame) override {
    Connection& c = state_->connection(client_, server_rank);
    state_->send(c, &Connection::to_server, frame);
  }
  std::unique_ptr<Received> try_receive() override {
    return state_->take(&Connection::to_client, mine());
  }
  void wait(Duration at_most) override {
    if (!std::exchange(woken_, false)) state_->wait(&Connection::to_client, mine(), at_most);
  }
  void wake() override { woken_ = true; }

 private:
  std::shared_ptr<State> state_;
  std::size_t client_;
  bool woken_ = false;
};

MemoryNetwork::MemoryNetwork(ManualClock& clock, std::uint64_t seed, MemoryFaults faults)
    : state_(std::make_shared<State>(clock, seed, faults)) {}

std::unique_ptr<ServerChannel> MemoryNetwork::bind() {
  return std::make_unique<MemoryServer>(state_, state_->servers_++);
}

std::unique_ptr<ClientChannel> MemoryNetwork::connect() {
  return std::make_unique<MemoryClient>(state_, state_->clients_++);
}

void MemoryNetwork::cut() {
  for (auto& c : state_->connections_) {
    if (c.up) state_->cut(c);
  }
}

void MemoryNetwork::calm() { state_->faults_.duplicate = state_->faults_.cut = 0; }

}  // namespace weir::wire
