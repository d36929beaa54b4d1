// The client's session when a server comes back: what it has forgotten it says, what is left of a
// former server it does not follow.

#include <gtest/gtest.h>

#include "src/wire/client_session.h"
#include "tests/unit/wire/wire_fakes.h"

namespace weir::wire {
namespace {

using namespace std::chrono_literals;
using test::chunk;
using test::messages_of;

constexpr std::size_t values = 10, chunk_bytes = values * sizeof(float);

class ClientRecoveryTest : public ::testing::Test {
 protected:
  void SetUp() override { session_.start(now_); }

  void hear(const Message& message) { session_.receive(encode(message), now_); }
  void open(Bitmap held = {}, std::uint64_t epoch = 3, Bitmap durable = {}) {
    Welcome welcome;
    welcome.epoch = epoch;
    welcome.ranks = 2;
    welcome.steps = 8;
    welcome.held = std::move(held);
    welcome.durable = std::move(durable);
    welcome.session = messages_of<Hello>(sent_).back().session;
    hear(welcome);
  }
  void enqueue(std::uint64_t step, std::uint32_t field = 0) {
    session_.enqueue(step, chunk({sim, step}, attempt, field, /*offset=*/0, values));
  }
  void tick(Duration after = 0s) {
    now_ += after;
    session_.tick(now_);
  }
  void lose_session() {
    hear(Reject{RejectCode::no_session, "say Hello first"});
    tick(100ms);
  }
  Bitmap forgotten() const { return messages_of<Hello>(sent_).back().forgotten; }
  std::size_t hellos() const { return messages_of<Hello>(sent_).size(); }
  std::vector<std::uint64_t> steps_sent() const {
    std::vector<std::uint64_t> steps;
    for (const Data& data : messages_of<Data>(sent_)) steps.push_back(data.step);
    return steps;
  }

  static constexpr std::uint64_t sim = 3, attempt = 1;
  Time now_{};
  std::vector<Frame> sent_;
  ClientSession session_{
      ClientSettings{
          .study = 1, .schema = 2, .sim = sim, .attempt = attempt, .rank = 1, .epoch = 3},
      [this](Frame frame) { sent_.push_back(std::move(frame)); }};
};

TEST_F(ClientRecoveryTest, TheFirstHelloHasForgottenNothing) { EXPECT_EQ(forgotten(), Bitmap{}); }

TEST_F(ClientRecoveryTest, SaysWhichAcceptedStepsItHasForgotten) {
  for (const std::uint64_t step : {0, 2, 4}) enqueue(step);
  open();
  hear(Credit{3, 3 * chunk_bytes});
  tick();
  hear(Accepted{sim, {0, 4}});
  lose_session();
  EXPECT_EQ(forgotten(), (Bitmap{0b10001}));
}

TEST_F(ClientRecoveryTest, AStepThatWasDroppedBecauseItIsHeldCountsAsForgotten) {
  enqueue(0);
  open(/*held=*/{0b101});
  enqueue(2);
  session_.pass(2);
  lose_session();
  EXPECT_EQ(forgotten(), (Bitmap{0b101}));
}

TEST_F(ClientRecoveryTest, AHeldStepThatTheSolverHasNotReachedIsNotForgotten) {
  open(/*held=*/{0b100});
  lose_session();
  EXPECT_EQ(forgotten(), Bitmap{});
  open();
  enqueue(2);
  hear(Credit{1, chunk_bytes});
  tick();
  EXPECT_EQ(steps_sent(), (std::vector<std::uint64_t>{2}));
}

TEST_F(ClientRecoveryTest, AStepDroppedInPartStaysForgottenWhenTheServerGoesBack) {
  open(/*held=*/{0b100});
  enqueue(2, /*field=*/0);
  hear(Reject{RejectCode::no_session, ""});
  enqueue(2, /*field=*/1);  // alone it could never complete the sample
  tick(100ms);
  EXPECT_EQ(forgotten(), (Bitmap{0b100}));
  EXPECT_EQ(session_.unaccepted_bytes(), 0u);
  hear(Reject{RejectCode::lacking, "step 2 was lost"});
  EXPECT_EQ(session_.state(), ClientState::rejected);
  EXPECT_EQ(session_.reject()->code, RejectCode::lacking);
}

TEST_F(ClientRecoveryTest, AStepForgottenAfterItsHelloWasSaidIsSaidInAnother) {
  open(/*held=*/{0b100});
  lose_session();
  session_.pass(2);  // as the Welcome before allowed
  open(/*held=*/{});
  EXPECT_EQ(session_.state(), ClientState::connecting);
  tick(100ms);
  EXPECT_EQ(forgotten(), (Bitmap{0b100}));
}

TEST_F(ClientRecoveryTest, PassingOverAStepThatIsNoLongerHeldAsksTheServerAgain) {
  open(/*held=*/{});
  enqueue(2, /*field=*/1);
  tick(1s);
  session_.pass(2);
  EXPECT_EQ(session_.unaccepted_bytes(), 0u);
  tick();
  EXPECT_EQ(hellos(), 2u);
  EXPECT_EQ(forgotten(), (Bitmap{0b100}));
}

TEST_F(ClientRecoveryTest, AnAcceptedThatMayBeAFormerServersIsNotBelieved) {
  enqueue(0);
  open();
  hear(Reject{RejectCode::no_session, ""});
  hear(Accepted{sim, {0}});
  EXPECT_EQ(session_.unaccepted_bytes(), chunk_bytes);
  tick(100ms);
  EXPECT_EQ(forgotten(), Bitmap{});
}

TEST_F(ClientRecoveryTest, IgnoresAWelcomeOfALowerEpoch) {
  open({}, /*epoch=*/2);
  EXPECT_EQ(session_.state(), ClientState::connecting) << "below the endpoint file's";
  open({}, /*epoch=*/5);
  EXPECT_EQ(session_.state(), ClientState::open);
  lose_session();
  open({}, /*epoch=*/4);
  EXPECT_EQ(session_.state(), ClientState::connecting) << "below one that was seen";
  open({}, /*epoch=*/5);
  EXPECT_EQ(session_.state(), ClientState::open);
}

TEST_F(ClientRecoveryTest, FollowsAServerToItsNextEpochAtOnce) {
  enqueue(0);
  enqueue(2);
  open();
  hear(Credit{1, chunk_bytes});
  tick();
  session_.follow(/*epoch=*/4, now_);
  ASSERT_EQ(hellos(), 2u);
  open({}, /*epoch=*/3);
  EXPECT_EQ(session_.state(), ClientState::connecting);
  open(/*held=*/{0b001}, /*epoch=*/4);
  hear(Credit{1, chunk_bytes});
  tick();
  EXPECT_EQ(steps_sent(), (std::vector<std::uint64_t>{0, 2})) << "the held step is not sent again";
}

TEST_F(ClientRecoveryTest, ARejectedSessionFollowsNobody) {
  hear(Reject{RejectCode::fenced, ""});
  session_.follow(4, now_);
  EXPECT_EQ(hellos(), 1u);
  EXPECT_EQ(session_.state(), ClientState::rejected);
}

TEST_F(ClientRecoveryTest, KnowsWhichOfItsStepsAreDurable) {
  EXPECT_EQ(session_.durable(), 0u);
  open({}, 3, /*durable=*/{0b0101});  // steps of rank 1 of two: 0, 2, 4, 6
  EXPECT_EQ(session_.durable(), 4u);
  hear(Durable{sim, 6});
  hear(Durable{sim, 5});
  hear(Durable{sim + 1, 8});
  EXPECT_EQ(session_.durable(), 6u);
  lose_session();
  open({}, 4, /*durable=*/{0b0001});
  EXPECT_EQ(session_.durable(), 2u) << "the server has gone back";
}

TEST_F(ClientRecoveryTest, TellsThatTheSolverGoesOnAtMostOnceASecond) {
  open();
  for (int i = 0; i < 30; ++i) {
    session_.pulse();
    tick(100ms);
  }
  const auto wants = messages_of<Want>(sent_);
  ASSERT_EQ(wants.size(), 3u);
  EXPECT_EQ(wants.back().pulse, 3u);
  tick(5s);
  EXPECT_EQ(messages_of<Want>(sent_).size(), 3u) << "no pulse, nothing to say";
}

TEST_F(ClientRecoveryTest, AWantThatIsDueCarriesThePulse) {
  open();
  session_.pulse();
  enqueue(0);
  tick();
  ASSERT_EQ(messages_of<Want>(sent_).size(), 1u);
  EXPECT_EQ(messages_of<Want>(sent_)[0].pulse, 1u);
}

}  // namespace
}  // namespace weir::wire
