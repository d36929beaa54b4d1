// When ACCEPTED waits for company, and when it does not.

#include <gtest/gtest.h>

#include "src/wire/aggregator_session.h"
#include "tests/unit/wire/wire_fakes.h"

namespace weir::wire {
namespace {

using namespace std::chrono_literals;
using test::chunk;
using test::messages_of;

constexpr std::size_t size = 4, steps = 8;
constexpr std::size_t sample_bytes = size * sizeof(float);
const Peer peer = "a";

AggregatorSettings settings() {
  AggregatorSettings settings;
  settings.study = 1;
  settings.schema = 2;
  settings.steps = steps;
  settings.field_sizes = {size};
  settings.patience = 1ms;
  settings.told_bytes = 3 * sample_bytes;
  return settings;
}

class AggregatorPatienceTest : public ::testing::Test {
 protected:
  AggregatorPatienceTest() {
    session_.receive(peer, encode(Hello{1, 2, /*sim=*/0, /*attempt=*/0, 1}), now_);
    session_.receive(peer, encode(Want{steps, steps * sample_bytes, sample_bytes, 0}), now_);
    session_.tick(now_);
  }
  void send(std::uint64_t step) { session_.receive(peer, *chunk({0, step}, 0, 0, 0, size), now_); }
  /// Nothing more of what was granted is on its way.
  void give_back(std::size_t sent) {
    const std::size_t left = (steps - sent) * sample_bytes;
    session_.receive(peer, encode(Want{steps, steps * sample_bytes, 0, left}), now_);
  }
  void tick_after(Duration pause) { session_.tick(now_ += pause); }
  std::size_t told() { return messages_of<Accepted>(sent_).size(); }

  Time now_{};
  test::FakeSink sink_{{size}, steps, /*capacity=*/steps};
  test::RecordedEvents events_;
  std::vector<Frame> sent_;
  AggregatorSession session_{settings(), sink_, events_, [this](const Peer&, Frame frame) {
                               sent_.push_back(std::move(frame));
                             }};
};

TEST_F(AggregatorPatienceTest, WaitsForCompanyNoLongerThanItsPatience) {
  send(0);
  tick_after(0ms);
  EXPECT_EQ(told(), 0u);
  EXPECT_TRUE(session_.untold());
  send(1);
  give_back(/*sent=*/2);
  tick_after(999us);
  EXPECT_EQ(told(), 0u);
  tick_after(1us);
  ASSERT_EQ(told(), 1u);
  EXPECT_EQ(messages_of<Accepted>(sent_)[0].steps, (std::vector<std::uint64_t>{0, 1}));
  EXPECT_FALSE(session_.untold());
}

TEST_F(AggregatorPatienceTest, WaitsLongerWhileTheClientHasMoreOnItsWay) {
  send(0);
  tick_after(0ms);
  tick_after(99ms);
  EXPECT_EQ(told(), 0u);
  tick_after(1ms);
  EXPECT_EQ(told(), 1u);
}

TEST_F(AggregatorPatienceTest, IsPatientAnewAfterItHasTold) {
  send(0);
  tick_after(0ms);
  tick_after(100ms);
  ASSERT_EQ(told(), 1u);
  send(1);
  give_back(/*sent=*/2);
  tick_after(10ms);
  EXPECT_EQ(told(), 1u);
  tick_after(1ms);
  EXPECT_EQ(told(), 2u);
}

TEST_F(AggregatorPatienceTest, TellsAtOnceWhenEnoughHasCome) {
  for (std::uint64_t step = 0; step < 3; ++step) send(step);
  tick_after(0ms);
  EXPECT_EQ(told(), 1u);
}

TEST_F(AggregatorPatienceTest, DoesNotKeepAnEndWaiting) {
  send(0);
  tick_after(0ms);
  session_.receive(peer, encode(End{/*sim=*/0, /*attempt=*/0, /*steps=*/1, 0}), now_);
  EXPECT_EQ(told(), 1u);
  EXPECT_EQ(messages_of<Finished>(sent_).size(), 1u);
}

}  // namespace
}  // namespace weir::wire
