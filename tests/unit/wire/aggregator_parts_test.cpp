// Solvers that do not gather, as a server rank sees them: how the sessions of their parts make one
// sample, and what becomes of it when one of them ends.

#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "src/wire/aggregator_session.h"
#include "tests/unit/wire/wire_fakes.h"

namespace weir::wire {
namespace {

using namespace std::chrono_literals;
using test::messages_of;
using test::part_chunk;
using testing::HasSubstr;

constexpr std::size_t size = 6, steps = 4;
const Peer left = "left", right = "right", newcomer = "new";
/// Of a 2 × 3 array, the first column and the other two.
const Box left_box = {{2, 2, 0}, {3, 1, 0}}, right_box = {{2, 2, 0}, {3, 2, 1}};

class AggregatorParts : public ::testing::Test {
 protected:
  explicit AggregatorParts(bool times = false) : session_(session_of(times)) {}
  static AggregatorSettings settings(bool times) {
    AggregatorSettings settings;
    settings.times = times;
    settings.study = 1;
    settings.schema = 2;
    settings.steps = steps;
    settings.field_sizes = {size};
    settings.liveness = 20s;
    settings.progress = 60s;
    return settings;
  }
  void receive(const Peer& from, const Message& message) {
    session_.receive(from, encode(message), now_);
  }
  void hello(const Peer& from, std::uint64_t part, std::uint64_t run = 7, std::uint64_t nth = 1,
             std::uint64_t attempt = 0) {
    Hello hello{1, 2, /*sim=*/0, attempt, nth, {}};
    hello.part = part;
    hello.parts = 2;
    hello.run = run;
    receive(from, hello);
    receive(from, Want{steps, steps * size * sizeof(float), sizeof(float), 0});
    session_.tick(now_);
  }
  void send(const Peer& from, std::uint64_t step, const Box& box, double time = 0) {
    session_.receive(from, *part_chunk({0, step}, 0, 0, box, /*position=*/0, time), now_);
    session_.tick(now_);
  }
  template <class M>
  std::vector<M> heard(const Peer& by) {
    return messages_of<M>(sent_[by]);
  }
  RejectCode code(const Peer& by) {
    const auto rejects = heard<Reject>(by);
    return rejects.empty() ? RejectCode{} : rejects.back().code;
  }
  std::string rejection(const Peer& by) {
    const auto rejects = heard<Reject>(by);
    return rejects.empty() ? "" : rejects.back().text;
  }

  Time now_{};
  test::FakeSink sink_{{size}, steps, /*capacity=*/2};
  test::RecordedEvents events_;
  std::map<Peer, std::vector<Frame>> sent_;
  AggregatorSession session_;

 private:
  AggregatorSession session_of(bool times) {
    return {settings(times), sink_, events_,
            [this](const Peer& to, Frame frame) { sent_[to].push_back(std::move(frame)); }};
  }
};

class AggregatorPartTimes : public AggregatorParts {
 protected:
  AggregatorPartTimes() : AggregatorParts(/*times=*/true) {}
};

TEST_F(AggregatorParts, MakeOneSampleInOneSlotAndAllAreTold) {
  hello(left, 0);
  hello(right, 1);
  EXPECT_EQ(events_.connections.size(), 1u) << "one solver has connected";
  send(right, 0, right_box);
  EXPECT_EQ(sink_.filling(), 1u);
  EXPECT_TRUE(sink_.ledger.empty());
  send(left, 0, left_box);
  EXPECT_EQ(sink_.filling(), 0u);
  EXPECT_EQ(sink_.ledger, (std::set<SampleId>{{0, 0}}));
  EXPECT_EQ(heard<Accepted>(left).size(), 1u);
  EXPECT_EQ(heard<Accepted>(right).size(), 1u);
  EXPECT_EQ(session_.counters().unique, 1u);
}

TEST_F(AggregatorParts, WithTheSlotsOfOneSampleEachStillComplete) {
  hello(left, 0);
  hello(right, 1);
  for (std::uint64_t step = 0; step < steps; ++step) {
    send(left, step, left_box);
    send(right, step, right_box);
    sink_.consume();
    session_.tick(now_);
  }
  EXPECT_EQ(sink_.ledger.size(), steps);
  EXPECT_EQ(events_.completed_times[0], 1);
}

TEST_F(AggregatorParts, WhoseConnectionIsResetSendAgainAndTheOthersGoOn) {
  hello(left, 0);
  hello(right, 1);
  send(left, 0, left_box);
  send(right, 1, right_box);
  hello(newcomer, /*part=*/1, /*run=*/7, /*nth=*/2);
  EXPECT_EQ(sink_.filling(), 1u) << "the sample that it alone had begun is abandoned";
  send(right, 1, right_box);
  EXPECT_EQ(code(right), RejectCode::no_session);
  EXPECT_TRUE(heard<Reject>(left).empty());
  send(newcomer, 0, right_box);
  EXPECT_EQ(sink_.ledger, (std::set<SampleId>{{0, 0}}));
}

TEST_F(AggregatorParts, WhoseShareWasNotCompleteLeavesNothingBehind) {
  hello(left, 0);
  hello(right, 1);
  send(left, 0, left_box);
  send(right, 0, {{2, 1, 0}, {3, 2, 1}});  // a row of two
  hello(newcomer, /*part=*/1, /*run=*/7, /*nth=*/2);
  send(newcomer, 0, right_box);
  EXPECT_EQ(sink_.ledger.size(), 1u) << rejection(newcomer);
}

TEST_F(AggregatorParts, AnotherStartOfTheSolverTakesThePlaceOfAllItsParts) {
  hello(left, 0);
  hello(right, 1);
  send(left, 0, left_box);
  hello(newcomer, /*part=*/1, /*run=*/8);
  EXPECT_EQ(sink_.filling(), 0u) << "data of two starts never meet in a sample";
  send(newcomer, 0, right_box);
  EXPECT_TRUE(sink_.ledger.empty());
  send(left, 0, left_box);
  EXPECT_EQ(code(left), RejectCode::no_session);
}

TEST_F(AggregatorParts, AllHearThatALaterAttemptHasTakenTheirPlace) {
  hello(left, 0);
  hello(right, 1);
  send(left, 0, left_box);
  hello(newcomer, 0, /*run=*/9, /*nth=*/1, /*attempt=*/1);
  EXPECT_EQ(code(left), RejectCode::fenced);
  EXPECT_EQ(code(right), RejectCode::fenced);
  EXPECT_EQ(sink_.filling(), 0u);
}

TEST_F(AggregatorParts, AllHearOfAValueThatIsNotFinite) {
  hello(left, 0);
  hello(right, 1);
  sink_.next_commit = CommitStatus::refused;
  send(left, 0, left_box);
  send(right, 0, right_box);
  EXPECT_EQ(code(left), RejectCode::non_finite);
  EXPECT_EQ(code(right), RejectCode::non_finite);
  EXPECT_EQ(session_.counters().clients, 0u);
  EXPECT_EQ(session_.counters().inflight_bytes, 0u);
}

TEST_F(AggregatorParts, AllHearWhatIsDurableWhichIsLookedUpOnce) {
  hello(left, 0);
  hello(right, 1);
  send(left, 0, left_box);
  send(right, 0, right_box);
  sink_.published = sink_.ledger;
  sink_.durable_asked = 0;
  session_.published();
  EXPECT_EQ(sink_.durable_asked, 1u);
  for (const Peer& part : {left, right}) {
    ASSERT_EQ(heard<Durable>(part).size(), 1u);
    EXPECT_EQ(heard<Durable>(part).front().step, 1u);
  }
}

TEST_F(AggregatorParts, OneThatFallsSilentIsToldOfAsTheWholeSolver) {
  hello(left, 0);
  hello(right, 1);
  send(left, 0, left_box);
  for (int k = 0; k < 5; ++k) {
    now_ += 5s;
    receive(left, Ping{});
    session_.tick(now_);
  }
  EXPECT_EQ(events_.losses.size(), 1u);
  EXPECT_EQ(sink_.filling(), 0u);
  EXPECT_EQ(session_.counters().clients, 0u);
}

TEST_F(AggregatorParts, AreRefusedBoxesThatDoNotFit) {
  hello(left, 0);
  send(left, 0, {{2, 2, 0}, {4, 1, 0}});
  EXPECT_THAT(rejection(left), HasSubstr("does not have the field's 6 values"));
  hello(left, 0);
  session_.receive(left, *test::chunk({0, 0}, 0, 0, 0, size), now_);
  EXPECT_THAT(rejection(left), HasSubstr("need a box"));
}

TEST_F(AggregatorParts, AreRefusedMoreValuesThanTheFieldHas) {
  hello(left, 0);
  hello(right, 1);
  send(left, 0, {{2, 2, 0}, {3, 2, 0}});
  send(right, 0, {{2, 2, 0}, {3, 2, 1}});
  EXPECT_THAT(rejection(right), HasSubstr("more values than the field has left"));
}

TEST_F(AggregatorParts, AreRefusedNumbersThatNoSolverHas) {
  Hello wrong{1, 2, 0, 0, 1, {}};
  for (const auto& [part, parts] :
       {std::pair<std::uint64_t, std::uint64_t>{0, 0}, {2, 2}, {0, max_parts + 1}}) {
    wrong.part = part;
    wrong.parts = parts;
    receive(newcomer, wrong);
    EXPECT_THAT(rejection(newcomer), HasSubstr("a HELLO of part " + std::to_string(part)));
  }
  EXPECT_EQ(session_.counters().clients, 0u);
}

TEST_F(AggregatorParts, OfAStepThatCameMeanwhileHearToSayHelloAgain) {
  hello(left, 0);
  hello(right, 1);
  sink_.ledger.insert({0, 0});
  send(left, 0, left_box);
  EXPECT_EQ(code(left), RejectCode::no_session);
  EXPECT_TRUE(heard<Reject>(right).empty());
  EXPECT_EQ(session_.counters().clients, 1u);
  EXPECT_EQ(sink_.filling(), 0u);
  hello(left, 0, /*run=*/7, /*nth=*/2);
  EXPECT_EQ(heard<Welcome>(left).back().held, Bitmap{1});
  send(left, 1, left_box);
  send(right, 1, right_box);
  EXPECT_TRUE(sink_.ledger.contains({0, 1})) << rejection(left) << rejection(right);
}

TEST_F(AggregatorParts, AreRefusedATimeThatTheStudyDoesNotWant) {
  hello(left, 0);
  send(left, 0, left_box, /*time=*/1.5);
  EXPECT_THAT(rejection(left), HasSubstr("it says time 1.500000, where none is expected"));
}

TEST_F(AggregatorPartTimes, GiveASampleItsTimeOnce) {
  hello(left, 0);
  hello(right, 1);
  send(left, 0, left_box, /*time=*/1.5);
  send(right, 0, right_box, /*time=*/1.5);
  EXPECT_EQ(sink_.times, (std::map<SampleId, std::vector<double>>{{{0, 0}, {1.5}}}));
  EXPECT_EQ(sink_.ledger.size(), 1u);
}

TEST_F(AggregatorPartTimes, AreRefusedAnotherTimeThanTheFirst) {
  hello(left, 0);
  hello(right, 1);
  send(left, 0, left_box, /*time=*/1.5);
  send(right, 0, right_box, /*time=*/2.5);
  EXPECT_THAT(rejection(right), HasSubstr("says time 2.500000, another one than those before"));
  EXPECT_TRUE(sink_.ledger.empty());
}

TEST_F(AggregatorPartTimes, AreRefusedATimeThatIsNotFinite) {
  hello(left, 0);
  send(left, 0, left_box, /*time=*/std::nan(""));
  EXPECT_THAT(rejection(left), HasSubstr("says time nan, where a finite one is expected"));
}

TEST_F(AggregatorParts, AreRefusedAnAttemptThatWouldFenceAllOthersForEver) {
  for (const std::uint64_t attempt : {no_attempt, no_attempt - 1}) {
    receive(newcomer, Hello{1, 2, /*sim=*/0, attempt, /*session=*/1, {}});
    EXPECT_THAT(rejection(newcomer), HasSubstr("a HELLO of attempt " + std::to_string(attempt)));
  }
  hello(left, 0);
  EXPECT_EQ(session_.counters().clients, 1u) << rejection(left);
  EXPECT_TRUE(sink_.forgotten.empty());
}

}  // namespace
}  // namespace weir::wire
