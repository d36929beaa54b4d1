// The network in memory: order, delays, faults and time.

#include "src/wire/memory_channel.h"

#include <set>

#include <gtest/gtest.h>

#include "src/core/error.h"

namespace weir::wire {
namespace {

using namespace std::chrono_literals;

std::uint64_t token_of(const Received& received) {
  const auto result = decode(received.bytes());
  return std::get<Ping>(std::get<Decoded>(result.value).message).token;
}

class MemoryChannelTest : public ::testing::Test {
 protected:
  void make(MemoryFaults faults) {
    network_ = std::make_unique<MemoryNetwork>(clock_, /*seed=*/7, faults);
    server_ = network_->bind();
    client_ = network_->connect();
  }
  void send(std::uint64_t from, std::uint64_t to) {
    for (auto token = from; token < to; ++token) client_->send(0, frame_of(Ping{token}));
  }
  std::vector<std::uint64_t> arrived() {
    std::vector<std::uint64_t> tokens;
    while (const auto received = server_->try_receive()) {
      tokens.push_back(token_of(*received));
      peers_.insert(received->peer());
    }
    return tokens;
  }

  ManualClock clock_;
  std::unique_ptr<MemoryNetwork> network_;
  std::unique_ptr<ServerChannel> server_;
  std::unique_ptr<ClientChannel> client_;
  std::set<Peer> peers_;
};

TEST_F(MemoryChannelTest, CarriesFramesBothWaysAtOnceWithoutFaults) {
  make({});
  send(1, 3);
  EXPECT_EQ(arrived(), (std::vector<std::uint64_t>{1, 2}));
  server_->send(*peers_.begin(), frame_of(Ping{5}));
  const auto answer = client_->try_receive();
  ASSERT_NE(answer, nullptr);
  EXPECT_EQ(token_of(*answer), 5u);
  EXPECT_EQ(client_->try_receive(), nullptr);
}

TEST_F(MemoryChannelTest, WaitMovesTheClockToTheNextFrameAndNoFurtherThanAsked) {
  make({.shortest_delay = 10ms, .longest_delay = 10ms});
  send(1, 2);
  EXPECT_TRUE(arrived().empty());
  server_->wait(4ms);
  EXPECT_EQ(clock_.now() - Time{}, 4ms);
  EXPECT_TRUE(arrived().empty());
  server_->wait(1h);
  EXPECT_EQ(clock_.now() - Time{}, 10ms);
  EXPECT_EQ(arrived().size(), 1u);
}

TEST_F(MemoryChannelTest, WakeEndsTheNextWait) {
  make({});
  server_->wake();
  server_->wait(1h);
  EXPECT_EQ(clock_.now() - Time{}, 0s);
}

TEST_F(MemoryChannelTest, KeepsTheOrderOfAConnection) {
  make({.shortest_delay = 0ms, .longest_delay = 50ms});
  send(0, 100);
  clock_.advance(50ms);
  const auto tokens = arrived();
  ASSERT_EQ(tokens.size(), 100u);
  EXPECT_TRUE(std::is_sorted(tokens.begin(), tokens.end()));
}

TEST_F(MemoryChannelTest, DuplicatesSomeFrames) {
  make({.duplicate = 0.5});
  send(0, 100);
  const auto count = arrived().size();
  EXPECT_GT(count, 120u);
  EXPECT_LT(count, 180u);
}

TEST_F(MemoryChannelTest, CutLosesATailAndGivesTheClientAnotherPeer) {
  make({.shortest_delay = 1ms, .longest_delay = 1ms});
  send(0, 100);
  network_->cut();
  send(100, 101);
  clock_.advance(1ms);
  const auto tokens = arrived();
  ASSERT_FALSE(tokens.empty());
  EXPECT_LT(tokens.size(), 101u);
  EXPECT_EQ(tokens.back(), 100u);
  EXPECT_EQ(peers_.size(), tokens.size() > 1 ? 2u : 1u);
}

TEST_F(MemoryChannelTest, FramesToAPeerThatIsGoneAreDropped) {
  make({});
  send(1, 2);
  ASSERT_EQ(arrived().size(), 1u);
  network_->cut();
  server_->send(*peers_.begin(), frame_of(Ping{9}));
  EXPECT_EQ(client_->try_receive(), nullptr);
}

TEST_F(MemoryChannelTest, CalmEndsTheFaults) {
  make({.duplicate = 1, .cut = 1});
  network_->calm();
  send(0, 100);
  EXPECT_EQ(arrived().size(), 100u);
}

TEST_F(MemoryChannelTest, ADroppedFrameTakesAllAfterItUntilTheConnectionIsReset) {
  make({.drop = 1, .longest_silence = 10s});
  send(1, 4);
  clock_.advance(10s);
  network_->calm();
  send(4, 6);
  EXPECT_EQ(arrived(), (std::vector<std::uint64_t>{4, 5}));
  EXPECT_EQ(peers_.size(), 1u);
}

TEST_F(MemoryChannelTest, AClientOfSomeEndpointsReachesThoseServersInTheirOrder) {
  make({});
  const auto second = network_->bind(), third = network_->bind();
  const auto client = network_->connect({third->endpoint(), second->endpoint()});
  client->send(0, frame_of(Ping{1}));
  const auto received = third->try_receive();
  ASSERT_NE(received, nullptr);
  third->send(received->peer(), frame_of(Ping{2}));
  const auto answer = client->try_receive();
  ASSERT_NE(answer, nullptr);
  EXPECT_EQ(answer->server_rank(), 0u);
  EXPECT_EQ(token_of(*answer), 2u);
  EXPECT_THROW(network_->connect({"tcp://127.0.0.1:5"}), Error);
}

TEST_F(MemoryChannelTest, WhatIsSentToAServerThatIsNoMoreIsLost) {
  make({});
  send(1, 2);
  server_.reset();
  send(2, 3);
  server_ = network_->bind();
  EXPECT_TRUE(arrived().empty());
}

}  // namespace
}  // namespace weir::wire
