// A client and an aggregator over real sockets, each on its own thread: every sample arrives, once
// and whole.

#include <atomic>
#include <chrono>
#include <memory>
#include <set>
#include <thread>

#include <gtest/gtest.h>

#include "src/wire/client_session.h"
#include "src/wire/zmq_channel.h"
#include "tests/support/temporary_folder.h"
#include "tests/unit/wire/wire_fakes.h"

namespace weir::wire {
namespace {

using namespace std::chrono_literals;
using Steady = std::chrono::steady_clock;

constexpr std::size_t field_size = 5000, largest_chunk = 2000, steps = 50, clients = 3;

/// The aggregator's loop until told to stop.
class Server {
 public:
  /// `ledger`: what an earlier one had accepted.
  explicit Server(const std::string& address, const std::set<SampleId>& ledger = {})
      : channel_(bind_zmq_channel(address)),
        session_(settings(), sink, events, [this](const Peer& peer, Frame frame) {
          channel_->send(peer, std::move(frame));
        }) {
    sink.ledger = ledger;
    thread_ = std::thread([this] { run(); });
  }
  ~Server() { stop(); }

  void stop() {
    stopped_ = true;
    channel_->wake();
    if (thread_.joinable()) thread_.join();
  }
  std::string endpoint() const { return channel_->endpoint(); }
  std::size_t accepted() const { return accepted_; }

  test::FakeSink sink{{field_size}, steps, /*capacity=*/4};
  test::RecordedEvents events;

 private:
  static AggregatorSettings settings() {
    AggregatorSettings settings;
    settings.steps = steps;
    settings.field_sizes = {field_size};
    settings.inflight_bytes = 64 << 10;
    return settings;
  }

  void run() {
    while (!stopped_) {
      channel_->wait(5ms);
      while (const auto received = channel_->try_receive()) {
        session_.receive(received->peer(), received->bytes(), Steady::now());
      }
      sink.consume();
      session_.tick(Steady::now());
      accepted_ = session_.counters().unique;
    }
  }

  std::unique_ptr<ServerChannel> channel_;
  AggregatorSession session_;
  std::atomic<bool> stopped_ = false;
  std::atomic<std::size_t> accepted_ = 0;
  std::thread thread_;
};

/// A solver that has all its steps ready; true when the server says that it has them.
bool stream(const std::string& endpoint, std::uint64_t sim) {
  const auto channel = connect_zmq_channel({endpoint});
  ClientSettings settings{.sim = sim, .ping_every = 200ms};
  ClientSession session(settings, [&](Frame frame) { channel->send(0, std::move(frame)); });
  session.start(Steady::now());
  for (std::uint64_t step = 0; step < steps; ++step) {
    for (std::size_t offset = 0; offset < field_size; offset += largest_chunk) {
      const auto count = std::min(largest_chunk, field_size - offset);
      session.enqueue(step, test::chunk({sim, step}, 0, 0, offset, count));
    }
  }
  session.end(steps, 0);
  const auto deadline = Steady::now() + 30s;
  while (session.state() != ClientState::ended && Steady::now() < deadline) {
    session.tick(Steady::now());
    channel->wait(10ms);
    while (const auto received = channel->try_receive()) {
      session.receive(received->bytes(), Steady::now());
    }
  }
  return session.finished() && session.finished()->held == steps;
}

class Wire : public ::testing::TestWithParam<std::string> {
 protected:
  std::string address() const {
    return GetParam() == "ipc" ? ipc_address(folder_.path(), 0) : "tcp://127.0.0.1:*";
  }
  weir::test::TemporaryFolder folder_;
};

TEST_P(Wire, CarriesEverySampleOfSeveralClientsOnce) {
  Server server(address());
  std::atomic<std::size_t> finished = 0;
  std::vector<std::thread> threads;
  for (std::size_t sim = 0; sim < clients; ++sim) {
    threads.emplace_back([&, sim] { finished += stream(server.endpoint(), sim) ? 1 : 0; });
  }
  for (auto& thread : threads) thread.join();
  server.stop();
  EXPECT_EQ(finished, clients);
  EXPECT_EQ(server.events.accepted_times.size(), clients * steps);
  for (const auto& [id, times] : server.events.accepted_times) EXPECT_EQ(times, 1);
  EXPECT_EQ(server.events.completed_times.size(), clients);
}

INSTANTIATE_TEST_SUITE_P(Transports, Wire, ::testing::Values("ipc", "tcp"),
                         [](const auto& transport) { return transport.param; });

TEST(WireOverIpc, ServerThatComesBackGetsWhatItDoesNotHold) {
  const weir::test::TemporaryFolder folder;
  const std::string address = ipc_address(folder.path(), 0);
  auto first = std::make_unique<Server>(address);
  std::atomic<bool> finished = false;
  std::thread solver([&] { finished = stream(address, 0); });
  const auto deadline = Steady::now() + 20s;
  while (first->accepted() < 5 && Steady::now() < deadline) std::this_thread::yield();
  first->stop();
  const auto ledger = first->sink.ledger;
  first.reset();
  Server second(address, ledger);
  solver.join();
  second.stop();
  EXPECT_TRUE(finished);
  EXPECT_GE(ledger.size(), 5u);
  EXPECT_EQ(second.sink.ledger.size(), steps);
}

}  // namespace
}  // namespace weir::wire
