// The aggregator's side of recovery: attempts that cannot go on, steps that are durable, solvers
// that hang.

#include <gtest/gtest.h>

#include "src/wire/aggregator_session.h"
#include "tests/unit/wire/wire_fakes.h"

namespace weir::wire {
namespace {

using namespace std::chrono_literals;
using test::chunk;
using test::messages_of;

constexpr std::size_t values = 6, steps = 8, capacity = 4;
constexpr std::uint64_t sample_bytes = values * sizeof(float);
const Peer peer = "a", other_peer = "b";

AggregatorSettings settings() {
  AggregatorSettings settings;
  settings.study = 1;
  settings.schema = 2;
  settings.epoch = 5;
  settings.ranks = 2;  // simulation 0: rank 0 has the even steps
  settings.steps = steps;
  settings.field_sizes = {values};
  settings.progress = 100s;
  settings.liveness = 1000s;
  return settings;
}

class AggregatorRecoveryTest : public ::testing::Test {
 protected:
  void receive(const Peer& from, const Message& message) {
    session_.receive(from, encode(message), now_);
  }
  void receive(const Peer& from, const Frame& frame) { session_.receive(from, *frame, now_); }
  void hello(const Peer& from, std::uint64_t attempt, Bitmap forgotten = {}) {
    receive(from, Hello{1, 2, /*sim=*/0, attempt, ++hellos_, std::move(forgotten)});
  }
  void want(const Peer& from, std::uint64_t samples, std::uint64_t pulse = 0) {
    receive(from, Want{samples, samples * sample_bytes, sample_bytes, /*returned=*/0, pulse});
    session_.tick(now_);
  }
  void tick_after(Duration pause) {
    now_ += pause;
    session_.tick(now_);
  }
  template <class M>
  std::vector<M> heard(const Peer& by) {
    return messages_of<M>(sent_[by]);
  }

  Time now_ = Time{} + 1h;
  test::FakeSink sink_{{values}, steps, capacity, /*rank=*/0, /*ranks=*/2};
  test::RecordedEvents events_;
  std::map<Peer, std::vector<Frame>> sent_;
  std::uint64_t hellos_ = 0;
  AggregatorSession session_{settings(), sink_, events_, [this](const Peer& to, Frame frame) {
                               sent_[to].push_back(std::move(frame));
                             }};
};

using Lack = test::RecordedEvents::Lack;

TEST_F(AggregatorRecoveryTest, WelcomesAClientWhoseForgottenStepsAreHeld) {
  sink_.ledger = {{0, 0}, {0, 2}, {0, 6}};
  hello(peer, 0, /*forgotten=*/{0b101});
  ASSERT_EQ(heard<Welcome>(peer).size(), 1u);
  EXPECT_TRUE(events_.lacks.empty());
}

TEST_F(AggregatorRecoveryTest, RefusesAnAttemptThatHasForgottenWhatIsNotHeld) {
  sink_.ledger = {{0, 0}};
  hello(peer, /*attempt=*/1, /*forgotten=*/{0b10101});
  EXPECT_TRUE(heard<Welcome>(peer).empty());
  const auto rejects = heard<Reject>(peer);
  ASSERT_EQ(rejects.size(), 1u);
  EXPECT_EQ(rejects[0].code, RejectCode::lacking);
  EXPECT_NE(rejects[0].text.find("step 2"), std::string::npos) << rejects[0].text;
  EXPECT_EQ(events_.lacks, (std::vector<Lack>{{0, 1, 2}}));
  EXPECT_TRUE(events_.connections.empty());
}

TEST_F(AggregatorRecoveryTest, AnAttemptThatLacksStepsIsFencedAndTheNextIsNot) {
  hello(peer, 0, /*forgotten=*/{0b1});
  hello(peer, 0, /*forgotten=*/{0b1});
  hello(other_peer, 0);
  receive(other_peer, chunk({0, 0}, 0, 0, 0, values));
  receive(other_peer, End{0, 0, steps, 0});
  EXPECT_EQ(events_.lacks.size(), 1u) << "told once";
  ASSERT_EQ(heard<Reject>(other_peer).size(), 3u);
  for (const Reject& reject : heard<Reject>(other_peer)) {
    EXPECT_EQ(reject.code, RejectCode::fenced);
  }
  hello("c", /*attempt=*/1);
  EXPECT_EQ(heard<Welcome>("c").size(), 1u);
}

TEST_F(AggregatorRecoveryTest, ARunningSessionOfTheSameAttemptEndsWithTheRefusal) {
  hello(peer, 0);
  want(peer, 1);
  hello(peer, 0, /*forgotten=*/{0b100});
  ASSERT_EQ(heard<Reject>(peer).size(), 1u);
  EXPECT_EQ(heard<Reject>(peer)[0].code, RejectCode::lacking);
  EXPECT_EQ(session_.counters().clients, 0u);
  EXPECT_EQ(session_.counters().inflight_bytes, 0u);
}

TEST_F(AggregatorRecoveryTest, RefusesForgottenStepsThatWereNeverThisRanks) {
  hello(peer, 0, /*forgotten=*/{0b10});
  hello(other_peer, 0, /*forgotten=*/{0, 0b1});
  for (const Peer& from : {peer, other_peer}) {
    ASSERT_EQ(heard<Reject>(from).size(), 1u);
    EXPECT_EQ(heard<Reject>(from)[0].code, RejectCode::malformed);
  }
  EXPECT_TRUE(events_.lacks.empty());
}

TEST_F(AggregatorRecoveryTest, AWelcomeListsWhatIsDurable) {
  sink_.ledger = {{0, 0}, {0, 2}, {0, 4}};
  sink_.published = {{0, 0}, {0, 4}};
  hello(peer, 0);
  EXPECT_EQ(heard<Welcome>(peer).at(0).durable, (Bitmap{0b10001}));
}

TEST_F(AggregatorRecoveryTest, APublishedCheckpointTellsEachClientWhatIsDurableNow) {
  sink_.published = {{0, 0}};
  hello(peer, 0);
  session_.published();
  EXPECT_TRUE(heard<Durable>(peer).empty()) << "its Welcome said so";
  sink_.published = {{0, 0}, {0, 2}, {0, 6}};
  session_.published();
  ASSERT_EQ(heard<Durable>(peer).size(), 1u);
  EXPECT_EQ(heard<Durable>(peer)[0].sim, 0u);
  EXPECT_EQ(heard<Durable>(peer)[0].step, 4u) << "the even steps below are durable";
  session_.published();
  EXPECT_EQ(heard<Durable>(peer).size(), 1u) << "told once";
  sink_.published = {{0, 0}, {0, 2}, {0, 4}, {0, 6}};
  session_.published();
  EXPECT_EQ(heard<Durable>(peer).back().step, steps) << "all of them";
}

TEST_F(AggregatorRecoveryTest, ASolverThatDoesNotGoOnIsStalledAndToldOnce) {
  hello(peer, 0);
  for (int i = 0; i < 12; ++i) {
    receive(peer, Ping{1});
    tick_after(10s);
  }
  using Stalls = std::vector<std::pair<std::uint64_t, std::uint64_t>>;
  EXPECT_EQ(events_.stalls, (Stalls{{0, 0}}));
  EXPECT_EQ(session_.counters().clients, 1u) << "the controller decides what comes of it";
  tick_after(300s);
  EXPECT_EQ(events_.stalls.size(), 1u);
}

TEST_F(AggregatorRecoveryTest, AStalledSolverThatGoesOnMayStallAgain) {
  hello(peer, 0);
  tick_after(200s);
  want(peer, 1);
  receive(peer, chunk({0, 0}, 0, 0, 0, values));
  tick_after(50s);
  EXPECT_EQ(events_.stalls.size(), 1u);
  tick_after(100s);
  EXPECT_EQ(events_.stalls.size(), 2u);
}

TEST_F(AggregatorRecoveryTest, APulseIsProgressAlthoughNothingComesToThisRank) {
  hello(peer, 0);
  for (std::uint64_t i = 1; i < 10; ++i) {
    tick_after(90s);
    want(peer, 0, /*pulse=*/i);
  }
  EXPECT_TRUE(events_.stalls.empty());
  want(peer, 0, /*pulse=*/9);
  tick_after(100s);
  tick_after(100s);
  EXPECT_EQ(events_.stalls.size(), 1u) << "the same pulse again is none";
}

TEST_F(AggregatorRecoveryTest, AClientThatWaitsForRoomIsNotStalled) {
  hello(peer, 0);
  want(peer, capacity + 1);  // one more than there is room for
  for (std::uint64_t step = 0; step < 2 * capacity; step += 2) {
    receive(peer, chunk({0, step}, 0, 0, 0, values));
  }
  sink_.ledger.erase({0, 6});  // not complete
  for (int i = 0; i < 10; ++i) tick_after(50s);
  EXPECT_TRUE(events_.stalls.empty());
}

TEST_F(AggregatorRecoveryTest, ASimulationThatThisRankHasWhollyIsNotStalled) {
  sink_.ledger = {{0, 0}, {0, 2}, {0, 4}, {0, 6}};
  hello(peer, 0);
  for (int i = 0; i < 10; ++i) tick_after(50s);
  EXPECT_TRUE(events_.stalls.empty());
}

TEST_F(AggregatorRecoveryTest, APulseThatGoesBackIsRefused) {
  hello(peer, 0);
  want(peer, 0, /*pulse=*/4);
  want(peer, 0, /*pulse=*/3);
  ASSERT_EQ(heard<Reject>(peer).size(), 1u);
  EXPECT_EQ(heard<Reject>(peer)[0].code, RejectCode::malformed);
}

}  // namespace
}  // namespace weir::wire
