// A client and an aggregator over real sockets, each on its own thread: every sample arrives, once and whole.

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <thread>

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
  explicit Server(const std::string& address)
      : channel_(bind_zmq_channel(address)),
        session_(settings(), sink, events,
                 [this](const Peer& peer, Frame frame) { channel_->send(peer, std::move(frame)); }),
        thread_([this] { run(); }) {}
  ~Server() { stop(); }

  void stop() {
    stopped_ = true;
    channel_->wake();
    if (thread_.joinable()) thread_.join();
  }
  std::string endpoint() const { return channel_->endpoint(); }

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
    }
  }

  std::unique_ptr<ServerChannel> channel_;
  AggregatorSession session_;
  std::atomic<bool> stopped_ = false;
  std::thread thread_;
};

/// A solver that has all its steps ready; true when the server says that it has them.
bool stream(const std::string& endpoint, std::uint64_t sim) {
  const auto channel = connect_zmq_channel({endpoint});
  ClientSession session({.sim = sim}, [&](Frame frame) { channel->send(0, std::move(frame)); });
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
  test::TemporaryFolder folder_;
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

TEST_P(Wire, ServerThatComesBackGetsWhatItDoesNotHold) {
  if (GetParam() == "tcp") GTEST_SKIP() << "a port of its own choosing is another one afterwards";
  const std::string where = address();
  auto first = std::make_unique<Server>(where);
  std::atomic<bool> finished = false;
  std::thread solver([&] { finished = stream(where, 0); });
  const auto deadline = Steady::now() + 20s;
  while (first->accepted() < 5 && Steady::now() < deadline) std::this_thread::yield();
  first.reset();
  Server second(where);
  solver.join();
  second.stop();
  EXPECT_TRUE(finished);
}

INSTANTIATE_TEST_SUITE_P(Transports, Wire, ::testing::Values("ipc", "tcp"),
                         [](const auto& transport) { return transport.param; });

}  // namespace
}  // namespace weir::wire
