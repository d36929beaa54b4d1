#include "src/wire/memory_channel.h"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "src/core/error.h"
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
  std::optional<Time> lost_until{};  ///< what is sent before is dropped; then it is reset
  std::deque<InFlight> to_server, to_client;
};

struct Taken {
  Frame frame;
  Peer peer;
  std::size_t server = 0;
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

constexpr const char* scheme = "memory://";

std::size_t server_of(const std::string& endpoint) {
  std::size_t server = 0;
  const char* number = endpoint.data() + std::strlen(scheme);
  const char* end = endpoint.data() + endpoint.size();
  const bool ours = endpoint.starts_with(scheme) &&
                    std::from_chars(number, end, server) == std::from_chars_result{end, {}};
  if (!ours) {
    throw Error(ErrorKind::input,
                "'" + endpoint + "' is no endpoint of a network in memory; memory://0 is");
  }
  return server;
}

using Queue = std::deque<InFlight> Connection::*;

}  // namespace

struct MemoryNetwork::State {
  State(ManualClock& clock, std::uint64_t seed, MemoryFaults faults)
      : clock_(clock), random_(seed), faults_(faults) {}

  Connection& connection(std::size_t client, std::size_t server) {
    end_silences();
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
    if (!c.lost_until && random_.uniform() < faults_.drop) {
      c.lost_until = clock_.now() + fraction_of(faults_.longest_silence);
    }
    if (c.lost_until || closed_.contains(c.server)) return;
    const auto spread = faults_.longest_delay - faults_.shortest_delay;
    const auto delay = faults_.shortest_delay + fraction_of(spread);
    Time due = clock_.now() + delay;
    if (!(c.*queue).empty()) due = std::max(due, (c.*queue).back().due);
    (c.*queue).push_back({due, frame});
    if (random_.uniform() < faults_.duplicate) (c.*queue).push_back({due, frame});
    if (random_.uniform() < faults_.cut) cut(c);
  }

  Duration fraction_of(Duration whole) {
    return std::chrono::duration_cast<Duration>(random_.uniform() * whole);
  }

  /// As a transport's heartbeat would find them.
  void end_silences() {
    for (auto& c : connections_) {
      if (c.up && c.lost_until && *c.lost_until <= clock_.now()) cut(c);
    }
  }

  void close(std::size_t server) {
    closed_.insert(server);
    std::erase_if(connections_, [server](const auto& c) { return c.server == server; });
  }

  void cut(Connection& c) {
    c.up = false;
    c.to_client.clear();
    c.to_server.resize(random_.below(c.to_server.size() + 1));
  }

  /// The earliest frame that has arrived in `queue` of the connections that `mine` names.
  template <class Mine>
  std::optional<Taken> take(Queue queue, const Mine& mine) {
    Connection* best = earliest(queue, mine);
    if (best == nullptr || (best->*queue).front().due > clock_.now()) return std::nullopt;
    Taken taken{std::move((best->*queue).front().frame), best->peer, best->server};
    (best->*queue).pop_front();
    std::erase_if(connections_, [](const auto& c) { return !c.up && c.to_server.empty(); });
    return taken;
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
  std::set<std::size_t> closed_;  // servers
  std::size_t servers_ = 0, clients_ = 0, next_peer_ = 0;
};

class MemoryNetwork::MemoryServer final : public ServerChannel {
  auto mine() const {
    return [rank = rank_](const Connection& c) { return c.server == rank; };
  }

 public:
  MemoryServer(std::shared_ptr<State> state, std::size_t rank)
      : state_(std::move(state)), rank_(rank) {}
  ~MemoryServer() override { state_->close(rank_); }
  void send(const Peer& peer, Frame frame) override {
    if (Connection* c = state_->find(peer)) state_->send(*c, &Connection::to_client, frame);
  }
  std::unique_ptr<Received> try_receive() override {
    auto taken = state_->take(&Connection::to_server, mine());
    if (!taken) return nullptr;
    return std::make_unique<MemoryReceived>(std::move(taken->frame), std::move(taken->peer), 0);
  }
  void wait(Duration at_most) override {
    if (!std::exchange(woken_, false)) state_->wait(&Connection::to_server, mine(), at_most);
  }
  void wake() override { woken_ = true; }
  std::string endpoint() const override { return scheme + std::to_string(rank_); }

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
  /// `servers`: of each rank; none: rank r is server r.
  MemoryClient(std::shared_ptr<State> state, std::size_t client, std::vector<std::size_t> servers)
      : state_(std::move(state)), client_(client), servers_(std::move(servers)) {}
  ~MemoryClient() override {
    for (auto& c : state_->connections_) {
      if (c.up && c.client == client_) state_->cut(c);
    }
  }
  void send(std::size_t server_rank, Frame frame) override {
    const auto server = servers_.empty() ? server_rank : servers_.at(server_rank);
    Connection& c = state_->connection(client_, server);
    state_->send(c, &Connection::to_server, frame);
  }
  std::unique_ptr<Received> try_receive() override {
    auto taken = state_->take(&Connection::to_client, mine());
    if (!taken) return nullptr;
    return std::make_unique<MemoryReceived>(std::move(taken->frame), Peer{},
                                            rank_of_server(taken->server));
  }
  void wait(Duration at_most) override {
    if (!std::exchange(woken_, false)) state_->wait(&Connection::to_client, mine(), at_most);
  }
  void wake() override { woken_ = true; }
  void wake_within(Duration) override { woken_ = true; }

 private:
  /// Precondition: it is one of servers_.
  std::size_t rank_of_server(std::size_t server) const {
    if (servers_.empty()) return server;
    return static_cast<std::size_t>(std::find(servers_.begin(), servers_.end(), server) -
                                    servers_.begin());
  }

  std::shared_ptr<State> state_;
  std::size_t client_;
  std::vector<std::size_t> servers_;
  bool woken_ = false;
};

MemoryNetwork::MemoryNetwork(ManualClock& clock, std::uint64_t seed, MemoryFaults faults)
    : state_(std::make_shared<State>(clock, seed, faults)) {}

std::unique_ptr<ServerChannel> MemoryNetwork::bind() {
  return std::make_unique<MemoryServer>(state_, state_->servers_++);
}

std::unique_ptr<ClientChannel> MemoryNetwork::connect() {
  return std::make_unique<MemoryClient>(state_, state_->clients_++, std::vector<std::size_t>{});
}

std::unique_ptr<ClientChannel> MemoryNetwork::connect(const std::vector<std::string>& endpoints) {
  std::vector<std::size_t> servers;
  for (const auto& endpoint : endpoints) servers.push_back(server_of(endpoint));
  return std::make_unique<MemoryClient>(state_, state_->clients_++, std::move(servers));
}

void MemoryNetwork::cut() {
  for (auto& c : state_->connections_) {
    if (c.up) state_->cut(c);
  }
}

void MemoryNetwork::calm() {
  state_->faults_.duplicate = state_->faults_.drop = state_->faults_.cut = 0;
}

}  // namespace weir::wire
