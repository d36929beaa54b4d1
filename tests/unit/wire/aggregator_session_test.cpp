// The aggregator's side, message by message: who is let in, what a chunk must be, and what comes of
// it.

#include "src/wire/aggregator_session.h"

#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "src/core/error.h"
#include "tests/unit/wire/wire_fakes.h"

namespace weir::wire {
namespace {

using namespace std::chrono_literals;
using test::chunk;
using test::messages_of;

constexpr std::size_t first_size = 6, second_size = 2, steps = 4, capacity = 3;
constexpr std::uint64_t sample_bytes = (first_size + second_size) * sizeof(float);
const Peer peer = "a", other_peer = "b";

AggregatorSettings settings() {
  AggregatorSettings settings;
  settings.study = 1;
  settings.schema = 2;
  settings.epoch = 5;
  settings.steps = steps;
  settings.field_sizes = {first_size, second_size};
  settings.field_names = {"velocity", "pressure"};
  settings.inflight_bytes = 1 << 20;
  return settings;
}

class AggregatorSessionTest : public ::testing::Test {
 protected:
  void receive(const Peer& from, const Message& message) {
    session_.receive(from, encode(message), now_);
  }
  void receive(const Peer& from, const Frame& frame) { session_.receive(from, *frame, now_); }
  void hello(const Peer& from, std::uint64_t sim, std::uint64_t attempt = 0,
             std::uint64_t nth = 1) {
    receive(from, Hello{1, 2, sim, attempt, nth});
  }
  /// Says Hello and gets credit for `samples` samples.
  void open(const Peer& from, std::uint64_t sim, std::uint64_t samples = capacity) {
    hello(from, sim);
    receive(from, Want{samples, samples * sample_bytes, first_size * sizeof(float), 0});
    session_.tick(now_);
  }
  void send_sample(const Peer& from, SampleId id) {
    receive(from, chunk(id, 0, /*field=*/0, 0, first_size));
    receive(from, chunk(id, 0, /*field=*/1, 0, second_size));
  }
  template <class M>
  std::vector<M> heard(const Peer& by) {
    return messages_of<M>(sent_[by]);
  }
  RejectCode rejection(const Peer& by) {
    const auto rejects = heard<Reject>(by);
    return rejects.empty() ? RejectCode{} : rejects.back().code;
  }

  Time now_{};
  test::FakeSink sink_{{first_size, second_size}, steps, capacity};
  test::RecordedEvents events_;
  std::map<Peer, std::vector<Frame>> sent_;
  AggregatorSession session_{settings(), sink_, events_, [this](const Peer& to, Frame frame) {
                               sent_[to].push_back(std::move(frame));
                             }};
};

TEST_F(AggregatorSessionTest, WelcomesAClientWithParametersAndHeldSteps) {
  sink_.ledger = {{7, 1}, {7, 3}};
  hello(peer, 7, /*attempt=*/0, /*nth=*/42);
  const auto welcomes = heard<Welcome>(peer);
  ASSERT_EQ(welcomes.size(), 1u);
  EXPECT_EQ(welcomes[0].epoch, 5u);
  EXPECT_EQ(welcomes[0].steps, steps);
  EXPECT_EQ(welcomes[0].session, 42u);
  EXPECT_EQ(welcomes[0].parameters, (std::vector<double>{7, 0.5}));
  EXPECT_EQ(welcomes[0].held, (std::vector<std::uint8_t>{0b1010}));
  EXPECT_EQ(events_.connections.size(), 1u);
}

TEST_F(AggregatorSessionTest, RejectsAHelloThatDoesNotBelongHere) {
  receive(peer, Hello{9, 2, 0, 0, 1});
  EXPECT_EQ(rejection(peer), RejectCode::study);
  receive(peer, Hello{1, 9, 0, 0, 1});
  EXPECT_EQ(rejection(peer), RejectCode::schema);
  hello(peer, events_.simulations);
  EXPECT_EQ(rejection(peer), RejectCode::unknown_simulation);
  EXPECT_EQ(session_.counters().clients, 0u);
}

TEST_F(AggregatorSessionTest, RejectsAnotherVersionAndBadBytes) {
  auto frame = encode(Hello{1, 2, 0, 0, 1});
  frame[4] = std::byte{9};
  session_.receive(peer, frame, now_);
  EXPECT_EQ(rejection(peer), RejectCode::version);
  frame.resize(10);
  session_.receive(peer, frame, now_);
  EXPECT_EQ(rejection(peer), RejectCode::malformed);
  EXPECT_EQ(session_.counters().malformed, 1u);
  EXPECT_EQ(session_.counters().clients, 0u);
}

TEST_F(AggregatorSessionTest, TellsAStrangerToSayHello) {
  for (const Message& message : {Message(Want{}), Message(Ping{}), Message(End{})}) {
    receive(peer, message);
    EXPECT_EQ(rejection(peer), RejectCode::no_session);
  }
  receive(peer, chunk({0, 0}, 0, 0, 0, first_size));
  EXPECT_EQ(rejection(peer), RejectCode::no_session);
  EXPECT_EQ(heard<Reject>(peer).size(), 4u);
}

TEST_F(AggregatorSessionTest, AcceptsASampleWhenAllItsChunksAreThere) {
  open(peer, 0);
  receive(peer, chunk({0, 2}, 0, 0, /*offset=*/0, /*count=*/4));
  receive(peer, chunk({0, 2}, 0, 1, 0, second_size));
  EXPECT_TRUE(events_.accepted_times.empty());
  receive(peer, chunk({0, 2}, 0, 0, /*offset=*/4, /*count=*/2));
  EXPECT_EQ(events_.accepted_times, (std::map<SampleId, int>{{{0, 2}, 1}}));
  session_.tick(now_);
  const auto accepted = heard<Accepted>(peer);
  ASSERT_EQ(accepted.size(), 1u);
  EXPECT_EQ(accepted[0].steps, (std::vector<std::uint64_t>{2}));
  EXPECT_EQ(session_.counters().bytes, sample_bytes);
  EXPECT_EQ(session_.counters().chunks, 3u);
}

TEST_F(AggregatorSessionTest, TellsSeveralAcceptedSamplesInOneMessage) {
  open(peer, 0);
  for (std::uint64_t step = 0; step < 3; ++step) send_sample(peer, {0, step});
  session_.tick(now_);
  const auto accepted = heard<Accepted>(peer);
  ASSERT_EQ(accepted.size(), 1u);
  EXPECT_EQ(accepted[0].steps.size(), 3u);
}

TEST_F(AggregatorSessionTest, CountsAndAcceptsADuplicate) {
  sink_.ledger = {{0, 1}};
  open(peer, 0);
  send_sample(peer, {0, 1});
  session_.tick(now_);
  EXPECT_EQ(heard<Accepted>(peer).size(), 1u);
  EXPECT_EQ(session_.counters().duplicate, 1u);
  EXPECT_EQ(session_.counters().unique, 0u);
  EXPECT_TRUE(events_.accepted_times.empty());
}

TEST_F(AggregatorSessionTest, IgnoresARepeatedChunk) {
  open(peer, 0);
  receive(peer, chunk({0, 0}, 0, 0, 0, 4));
  receive(peer, chunk({0, 0}, 0, 0, 0, 4));
  receive(peer, chunk({0, 0}, 0, 0, 4, 2));
  receive(peer, chunk({0, 0}, 0, 1, 0, second_size));
  receive(peer, chunk({0, 0}, 0, 1, 0, second_size));
  EXPECT_EQ(session_.counters().repeated, 2u);
  EXPECT_EQ(session_.counters().unique, 1u);
  EXPECT_TRUE(heard<Reject>(peer).empty());
}

TEST_F(AggregatorSessionTest, RejectsChunksThatCannotBe) {
  const auto code_of = [&](const Frame& frame) {
    open(peer, 0);
    receive(peer, frame);
    return rejection(peer);
  };
  EXPECT_EQ(code_of(chunk({1, 0}, 0, 0, 0, first_size)), RejectCode::malformed) << "other sim";
  EXPECT_EQ(code_of(chunk({0, 0}, 1, 0, 0, first_size)), RejectCode::malformed) << "other attempt";
  EXPECT_EQ(code_of(chunk({0, 0}, 0, 2, 0, 1)), RejectCode::malformed) << "no such field";
  EXPECT_EQ(code_of(chunk({0, 0}, 0, 0, 0, first_size + 1)), RejectCode::malformed) << "too long";
  EXPECT_EQ(code_of(chunk({0, 0}, 0, 0, ~0ULL, 1)), RejectCode::malformed) << "offset overflows";
  EXPECT_EQ(code_of(chunk({0, 0}, 0, 0, 0, 0)), RejectCode::malformed) << "empty";
  EXPECT_EQ(code_of(chunk({0, 0}, 0, 0, 1, 2)), RejectCode::malformed) << "a gap at the start";
  EXPECT_EQ(code_of(chunk({0, steps}, 0, 0, 0, first_size)), RejectCode::too_many_steps);
  EXPECT_EQ(session_.counters().clients, 0u);
  EXPECT_EQ(session_.counters().malformed, 7u);
  EXPECT_EQ(sink_.filling(), 0u);
}

TEST_F(AggregatorSessionTest, RejectsAGapAndAbandonsTheSample) {
  open(peer, 0);
  receive(peer, chunk({0, 0}, 0, 0, 0, 2));
  ASSERT_EQ(sink_.filling(), 1u);
  receive(peer, chunk({0, 0}, 0, 0, 3, 2));
  EXPECT_EQ(rejection(peer), RejectCode::malformed);
  EXPECT_EQ(sink_.filling(), 0u);
  EXPECT_EQ(sink_.abandoned, 1u);
  EXPECT_EQ(session_.counters().inflight_bytes, 0u);
}

TEST_F(AggregatorSessionTest, RejectsAStepOfAnotherRank) {
  auto two = settings();
  two.ranks = 2;
  two.rank = 1;
  AggregatorSession session(two, sink_, events_, [this](const Peer& to, Frame frame) {
    sent_[to].push_back(std::move(frame));
  });
  session.receive(peer, encode(Hello{1, 2, 0, 0, 1}), now_);
  session.receive(peer, *chunk({0, 2}, 0, 0, 0, first_size), now_);
  EXPECT_EQ(rejection(peer), RejectCode::malformed);
}

TEST_F(AggregatorSessionTest, RejectsWhatWasNotGranted) {
  hello(peer, 0);
  session_.tick(now_);
  receive(peer, chunk({0, 0}, 0, 0, 0, first_size));
  EXPECT_EQ(rejection(peer), RejectCode::malformed);
  EXPECT_EQ(sink_.filling(), 0u);
}

TEST_F(AggregatorSessionTest, GrantsNoMoreSamplesThanTheSinkHasRoomFor) {
  open(peer, 0, /*samples=*/4);
  const auto credits = heard<Credit>(peer);
  ASSERT_EQ(credits.size(), 1u);
  EXPECT_EQ(credits[0].samples, capacity);
  EXPECT_EQ(credits[0].bytes, capacity * sample_bytes);
  for (std::uint64_t step = 0; step < 3; ++step) send_sample(peer, {0, step});
  session_.tick(now_);
  EXPECT_EQ(heard<Credit>(peer).size(), 1u) << "the consumer stalls: no credit";
  EXPECT_EQ(session_.counters().inflight_bytes, 0u);
  sink_.consume();
  session_.tick(now_);
  EXPECT_EQ(heard<Credit>(peer).back().samples, capacity + 1);
}

TEST_F(AggregatorSessionTest, KeepsAChunkUntilItsPromisedSlotIsFree) {
  open(peer, 0);
  sink_.pinned = true;
  send_sample(peer, {0, 0});
  receive(peer, chunk({0, 0}, 0, 0, 0, first_size));
  session_.tick(now_);
  EXPECT_EQ(session_.counters().waiting_bytes, sample_bytes);
  EXPECT_LE(session_.counters().waiting_bytes, session_.counters().inflight_bytes);
  EXPECT_EQ(session_.counters().unique, 0u);
  sink_.pinned = false;
  session_.tick(now_);
  EXPECT_EQ(session_.counters().unique, 1u);
  EXPECT_EQ(session_.counters().waiting_bytes, 0u);
  EXPECT_TRUE(heard<Reject>(peer).empty());
}

TEST_F(AggregatorSessionTest, WaitingChunksNeverExceedTheCredit) {
  open(peer, 0, /*samples=*/1);
  sink_.pinned = true;
  send_sample(peer, {0, 0});
  receive(peer, chunk({0, 1}, 0, 0, 0, first_size));
  EXPECT_EQ(rejection(peer), RejectCode::malformed);
  EXPECT_EQ(session_.counters().waiting_bytes, 0u) << "dropped with the session";
}

TEST_F(AggregatorSessionTest, RefusesASimulationWithANonFiniteValueAndNamesIt) {
  open(peer, 0);
  sink_.next_commit = CommitStatus::refused;
  receive(peer, chunk({0, 3}, 0, 0, 0, first_size));
  receive(peer, test::chunk_of_value({0, 3}, 1, second_size, std::nanf("")));
  EXPECT_EQ(rejection(peer), RejectCode::non_finite);
  ASSERT_EQ(events_.refusals.size(), 1u);
  for (const char* part : {"simulation 0", "step 3", "value 0", "'pressure'", "nan"}) {
    EXPECT_NE(events_.refusals[0].find(part), std::string::npos) << events_.refusals[0];
  }
  EXPECT_EQ(session_.counters().clients, 0u);
}

TEST_F(AggregatorSessionTest, AcceptsWhatTheStudyDrops) {
  open(peer, 0);
  sink_.next_commit = CommitStatus::dropped;
  send_sample(peer, {0, 0});
  session_.tick(now_);
  EXPECT_EQ(heard<Accepted>(peer).size(), 1u);
  EXPECT_EQ(session_.counters().dropped, 1u);
  EXPECT_TRUE(events_.accepted_times.empty());
}

TEST_F(AggregatorSessionTest, AHigherAttemptFencesALowerOne) {
  open(peer, 0);
  receive(peer, chunk({0, 0}, 0, 0, 0, 2));
  hello(other_peer, 0, /*attempt=*/1);
  EXPECT_EQ(rejection(peer), RejectCode::fenced);
  EXPECT_EQ(heard<Welcome>(other_peer).size(), 1u);
  EXPECT_EQ(sink_.filling(), 0u);
  EXPECT_EQ(session_.counters().inflight_bytes, 0u);
  receive(peer, chunk({0, 0}, 0, 0, 2, 2));
  receive(peer, End{0, 0, 4, 0});
  hello(peer, 0, /*attempt=*/0, /*nth=*/2);
  for (const Reject& reject : heard<Reject>(peer)) EXPECT_EQ(reject.code, RejectCode::fenced);
  EXPECT_EQ(heard<Reject>(peer).size(), 4u);
  EXPECT_EQ(session_.counters().fenced, 4u);
  EXPECT_EQ(session_.counters().clients, 1u);
}

TEST_F(AggregatorSessionTest, AFenceFromTheControllerClosesTheSession) {
  open(peer, 0);
  session_.fence(0, /*lowest_attempt=*/0);
  EXPECT_TRUE(heard<Reject>(peer).empty());
  session_.fence(0, /*lowest_attempt=*/1);
  EXPECT_EQ(rejection(peer), RejectCode::fenced);
  hello(other_peer, 0, /*attempt=*/1);
  EXPECT_EQ(heard<Welcome>(other_peer).size(), 1u);
}

TEST_F(AggregatorSessionTest, ASimulationThatIsGivenUpIsToldSoAndForgotten) {
  open(peer, 0);
  session_.fence(0, /*lowest_attempt=*/1);
  EXPECT_TRUE(sink_.forgotten.empty()) << "the next attempt goes on from what is held";
  session_.fence(0, no_attempt);
  EXPECT_EQ(sink_.forgotten, std::set<std::uint64_t>{0});
  hello(other_peer, 0, /*attempt=*/7);
  ASSERT_EQ(rejection(other_peer), RejectCode::fenced);
  EXPECT_THAT(heard<Reject>(other_peer).back().text, testing::HasSubstr("given up"));
}

TEST_F(AggregatorSessionTest, AHelloAgainStartsTheSessionAnew) {
  open(peer, 0);
  receive(peer, chunk({0, 0}, 0, 0, 0, 2));
  hello(peer, 0, 0, /*nth=*/2);
  EXPECT_EQ(sink_.abandoned, 1u);
  receive(peer, Want{1, sample_bytes, sample_bytes, 0});
  session_.tick(now_);
  send_sample(peer, {0, 0});
  EXPECT_EQ(session_.counters().unique, 1u);
  EXPECT_EQ(session_.counters().clients, 1u);
}

TEST_F(AggregatorSessionTest, TheSameHelloTwiceChangesNothing) {
  open(peer, 0);
  receive(peer, chunk({0, 0}, 0, 0, 0, 2));
  hello(peer, 0);
  EXPECT_EQ(heard<Welcome>(peer).size(), 1u);
  EXPECT_EQ(sink_.abandoned, 0u);
}

TEST_F(AggregatorSessionTest, ASilentClientIsLostAndItsCreditFree) {
  open(peer, 0);
  receive(peer, chunk({0, 0}, 0, 0, 0, 2));
  now_ += 50s;
  hello(other_peer, 1);
  session_.tick(now_);
  EXPECT_TRUE(events_.losses.empty());
  now_ += 25s;
  session_.tick(now_);
  ASSERT_EQ(events_.losses.size(), 1u);
  EXPECT_EQ(events_.losses[0].first, 0u);
  EXPECT_EQ(session_.counters().clients, 1u);
  EXPECT_EQ(session_.counters().inflight_bytes, 0u);
  EXPECT_EQ(sink_.filling(), 0u);
}

TEST_F(AggregatorSessionTest, AnswersPing) {
  hello(peer, 0);
  receive(peer, Ping{77});
  ASSERT_EQ(heard<Pong>(peer).size(), 1u);
  EXPECT_EQ(heard<Pong>(peer)[0].token, 77u);
}

TEST_F(AggregatorSessionTest, AnswersEndWithWhatItHasAndTellsCompletionOnce) {
  open(peer, 0, steps);
  for (std::uint64_t step = 0; step < steps; ++step) {
    send_sample(peer, {0, step});
    sink_.consume();
    session_.tick(now_);
  }
  EXPECT_EQ(events_.completed_times, (std::map<std::uint64_t, int>{{0, 1}}));
  receive(peer, End{0, 0, steps, 0});
  const auto finished = heard<Finished>(peer);
  ASSERT_EQ(finished.size(), 1u);
  EXPECT_EQ(finished[0].held, steps);
  EXPECT_EQ(finished[0].expected, steps);
  EXPECT_EQ(session_.counters().clients, 0u);
  hello(other_peer, 0, /*attempt=*/1);
  EXPECT_EQ(events_.completed_times[0], 1);
  now_ += 1h;
  session_.tick(now_);
  EXPECT_EQ(events_.losses.size(), 1u) << "only the one that said no End";
}

TEST_F(AggregatorSessionTest, EndIsNoMoreThanAClaim) {
  open(peer, 0);
  send_sample(peer, {0, 0});
  receive(peer, End{0, 0, steps, 0});
  ASSERT_EQ(heard<Finished>(peer).size(), 1u);
  EXPECT_EQ(heard<Finished>(peer)[0].held, 1u);
  EXPECT_EQ(heard<Finished>(peer)[0].expected, steps);
  EXPECT_TRUE(events_.completed_times.empty());
}

TEST_F(AggregatorSessionTest, TellsEveryoneWhenReceptionEnds) {
  open(peer, 0);
  receive(peer, chunk({0, 0}, 0, 0, 0, 2));
  session_.end_reception();
  EXPECT_EQ(rejection(peer), RejectCode::over);
  EXPECT_EQ(sink_.filling(), 0u);
  hello(other_peer, 1);
  EXPECT_EQ(rejection(other_peer), RejectCode::over);
  receive("c", Ping{1});
  EXPECT_EQ(rejection("c"), RejectCode::over);
}

TEST_F(AggregatorSessionTest, HandsTheLaunchersMessagesOn) {
  receive("launcher", LaunchHello{1, 4});
  receive("launcher", LaunchStop{"enough"});
  EXPECT_EQ(events_.others.size(), 2u);
  EXPECT_TRUE(sent_.empty());
  receive("launcher", Welcome{});
  EXPECT_EQ(rejection("launcher"), RejectCode::malformed);
}

TEST_F(AggregatorSessionTest, RefusesSettingsThatCannotWork) {
  auto wrong = settings();
  wrong.steps = std::size_t{1} << 40;
  EXPECT_THROW(AggregatorSession(wrong, sink_, events_, nullptr), Error);
  wrong = settings();
  wrong.field_sizes.clear();
  EXPECT_THROW(AggregatorSession(wrong, sink_, events_, nullptr), Error);
}

}  // namespace
}  // namespace weir::wire
