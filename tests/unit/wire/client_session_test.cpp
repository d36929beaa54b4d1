// The client's state machine, message by message.

#include "src/wire/client_session.h"

#include <gtest/gtest.h>

#include "tests/unit/wire/wire_fakes.h"

namespace weir::wire {
namespace {

using namespace std::chrono_literals;
using test::chunk;
using test::messages_of;

constexpr std::size_t values = 10, chunk_bytes = values * sizeof(float);

class ClientSessionTest : public ::testing::Test {
 protected:
  void SetUp() override {
    session_.start(now_);
    ASSERT_EQ(messages_of<Hello>(sent_).size(), 1u);
  }

  void hear(const Message& message) { session_.receive(encode(message), now_); }
  void open(std::vector<std::uint8_t> held = {}) {
    Welcome welcome;
    welcome.epoch = 1;
    welcome.ranks = 1;
    welcome.steps = 8;
    welcome.held = std::move(held);
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
  std::vector<std::pair<std::uint64_t, std::uint32_t>> data_sent() const {
    std::vector<std::pair<std::uint64_t, std::uint32_t>> all;
    for (const Data& data : messages_of<Data>(sent_)) all.emplace_back(data.step, data.field);
    return all;
  }
  using Steps = std::vector<std::pair<std::uint64_t, std::uint32_t>>;

  static constexpr std::uint64_t sim = 3, attempt = 1;
  Time now_{};
  std::vector<Frame> sent_;
  ClientSession session_{ClientSettings{.study = 1, .schema = 2, .sim = sim, .attempt = attempt},
                         [this](Frame frame) { sent_.push_back(std::move(frame)); }};
};

TEST_F(ClientSessionTest, SaysHelloWithItsIdentity) {
  const Hello hello = messages_of<Hello>(sent_).front();
  EXPECT_EQ(hello.study, 1u);
  EXPECT_EQ(hello.schema, 2u);
  EXPECT_EQ(hello.sim, sim);
  EXPECT_EQ(hello.attempt, attempt);
  EXPECT_EQ(session_.state(), ClientState::connecting);
}

TEST_F(ClientSessionTest, SaysHelloAgainWithBackOffUpToFiveSeconds) {
  std::vector<Time> times;
  std::size_t said = 1;
  for (int i = 0; i < 3000; ++i) {
    tick(10ms);
    const auto hellos = messages_of<Hello>(sent_).size();
    if (hellos > said) times.push_back(now_);
    said = hellos;
  }
  ASSERT_GE(times.size(), 6u);
  EXPECT_EQ(times[0] - Time{}, 500ms);
  EXPECT_EQ(times[1] - times[0], 1s);
  EXPECT_EQ(times.back() - times[times.size() - 2], 5s);
}

TEST_F(ClientSessionTest, IgnoresAWelcomeToAFormerHello) {
  tick(600ms);
  ASSERT_EQ(messages_of<Hello>(sent_).size(), 2u);
  Welcome late;
  late.session = messages_of<Hello>(sent_).front().session;
  hear(late);
  EXPECT_EQ(session_.state(), ClientState::connecting);
  open();
  EXPECT_EQ(session_.state(), ClientState::open);
}

TEST_F(ClientSessionTest, SendsNothingBeforeCreditButWhatItWants) {
  enqueue(0);
  enqueue(1);
  open();
  tick();
  EXPECT_TRUE(data_sent().empty());
  EXPECT_TRUE(session_.starved());
  EXPECT_EQ(session_.unaccepted_bytes(), 2 * chunk_bytes);
  const auto wants = messages_of<Want>(sent_);
  ASSERT_EQ(wants.size(), 1u);
  EXPECT_EQ(wants[0], (Want{2, 2 * chunk_bytes, chunk_bytes, 0}));
  tick();
  EXPECT_EQ(messages_of<Want>(sent_).size(), 1u) << "said once";
}

TEST_F(ClientSessionTest, SendsWithinCredit) {
  for (std::uint64_t step = 0; step < 4; ++step) enqueue(step);
  open();
  hear(Credit{/*samples=*/4, /*bytes=*/2 * chunk_bytes});
  tick();
  EXPECT_EQ(data_sent(), (Steps{{0, 0}, {1, 0}}));
  hear(Credit{/*samples=*/4, /*bytes=*/4 * chunk_bytes});
  tick();
  EXPECT_EQ(data_sent().size(), 4u);
  EXPECT_FALSE(session_.starved());
}

TEST_F(ClientSessionTest, BeginsNoMoreSamplesThanGranted) {
  for (std::uint64_t step = 0; step < 4; ++step) enqueue(step);
  open();
  hear(Credit{/*samples=*/1, /*bytes=*/4 * chunk_bytes});
  tick();
  EXPECT_EQ(data_sent(), (Steps{{0, 0}}));
}

TEST_F(ClientSessionTest, ABegunSampleDoesNotWaitForOneThatMayNotBegin) {
  enqueue(0, /*field=*/0);
  enqueue(1, /*field=*/0);
  enqueue(0, /*field=*/1);
  open();
  hear(Credit{/*samples=*/1, /*bytes=*/4 * chunk_bytes});
  tick();
  EXPECT_EQ(data_sent(), (Steps{{0, 0}, {0, 1}}));
}

TEST_F(ClientSessionTest, GivesBackCreditThatItCannotUse) {
  enqueue(0);
  enqueue(1);
  open();
  hear(Credit{/*samples=*/2, /*bytes=*/chunk_bytes + 8});
  tick();
  EXPECT_EQ(messages_of<Want>(sent_).back(), (Want{2, 2 * chunk_bytes, chunk_bytes, 8}));
  hear(Credit{/*samples=*/2, /*bytes=*/2 * chunk_bytes + 8});
  tick();
  EXPECT_EQ(data_sent().size(), 2u);
}

TEST_F(ClientSessionTest, WantsNoBytesWhileItsNextSampleMayNotBegin) {
  enqueue(0);
  enqueue(1);
  open();
  hear(Credit{/*samples=*/1, /*bytes=*/2 * chunk_bytes});
  tick();
  EXPECT_EQ(messages_of<Want>(sent_).back(), (Want{2, 2 * chunk_bytes, /*chunk=*/0, chunk_bytes}));
  hear(Credit{/*samples=*/2, /*bytes=*/2 * chunk_bytes});
  tick();
  EXPECT_EQ(messages_of<Want>(sent_).back().chunk, chunk_bytes);
}

TEST_F(ClientSessionTest, ForgetsAChunkOnlyWhenItsSampleIsAccepted) {
  enqueue(0);
  enqueue(1);
  open();
  hear(Credit{2, 2 * chunk_bytes});
  tick();
  EXPECT_EQ(session_.unaccepted_bytes(), 2 * chunk_bytes);
  hear(Accepted{sim, {0}});
  EXPECT_EQ(session_.unaccepted_bytes(), chunk_bytes);
  hear(Accepted{sim + 1, {1}});
  hear(Accepted{sim, {0, 7}});
  EXPECT_EQ(session_.unaccepted_bytes(), chunk_bytes);
}

TEST_F(ClientSessionTest, SendsAgainWhatTheServerDoesNotHoldAfterANewWelcome) {
  for (std::uint64_t step = 0; step < 3; ++step) enqueue(step);
  open();
  hear(Credit{3, 3 * chunk_bytes});
  tick();
  ASSERT_EQ(data_sent().size(), 3u);
  hear(Reject{RejectCode::no_session, "say Hello first"});
  EXPECT_EQ(session_.state(), ClientState::connecting);
  tick(100ms);
  ASSERT_EQ(messages_of<Hello>(sent_).size(), 2u);
  sent_.erase(sent_.begin(), sent_.end() - 1);
  open(/*held=*/{0b010});
  hear(Credit{2, 2 * chunk_bytes});
  tick();
  EXPECT_EQ(data_sent(), (Steps{{0, 0}, {2, 0}}));
  EXPECT_EQ(session_.unaccepted_bytes(), 2 * chunk_bytes);
}

TEST_F(ClientSessionTest, DropsChunksOfStepsThatTheServerHolds) {
  open(/*held=*/{0b001});
  enqueue(0);
  EXPECT_EQ(session_.unaccepted_bytes(), 0u);
  EXPECT_FALSE(session_.starved());
}

TEST_F(ClientSessionTest, IgnoresCreditOfAFormerSession) {
  enqueue(0);
  open();
  hear(Reject{RejectCode::no_session, ""});
  hear(Credit{1, chunk_bytes});
  tick(100ms);
  open();
  tick();
  EXPECT_TRUE(data_sent().empty());
}

TEST_F(ClientSessionTest, SaysEndWhenAllIsAcceptedAndIsThenEnded) {
  enqueue(0);
  open();
  session_.end(/*steps=*/1, /*digest=*/9);
  hear(Credit{1, chunk_bytes});
  tick();
  EXPECT_TRUE(messages_of<End>(sent_).empty());
  hear(Accepted{sim, {0}});
  tick();
  const auto ends = messages_of<End>(sent_);
  ASSERT_EQ(ends.size(), 1u);
  EXPECT_EQ(ends[0].steps, 1u);
  EXPECT_EQ(ends[0].digest, 9u);
  hear(Finished{sim, /*held=*/1, /*expected=*/8});
  EXPECT_EQ(session_.state(), ClientState::ended);
  ASSERT_TRUE(session_.finished());
  EXPECT_EQ(session_.finished()->expected, 8u);
}

TEST_F(ClientSessionTest, SaysEndAgainAfterANewWelcome) {
  session_.end(0, 0);
  open();
  tick();
  ASSERT_EQ(messages_of<End>(sent_).size(), 1u);
  hear(Reject{RejectCode::no_session, ""});
  tick(100ms);
  open();
  tick();
  EXPECT_EQ(messages_of<End>(sent_).size(), 2u);
}

TEST_F(ClientSessionTest, PingsASilentServerAndThenSaysHelloAgain) {
  open();
  tick(4s);
  EXPECT_TRUE(messages_of<Ping>(sent_).empty());
  tick(1s);
  EXPECT_EQ(messages_of<Ping>(sent_).size(), 1u);
  tick(1s);
  EXPECT_EQ(messages_of<Ping>(sent_).size(), 1u);
  tick(9s);
  EXPECT_EQ(session_.state(), ClientState::connecting);
  EXPECT_EQ(messages_of<Hello>(sent_).size(), 2u);
}

TEST_F(ClientSessionTest, StaysOpenWhileTheServerAnswers) {
  open();
  for (int i = 0; i < 20; ++i) {
    tick(5s);
    hear(Pong{1});
  }
  EXPECT_EQ(session_.state(), ClientState::open);
  EXPECT_EQ(messages_of<Ping>(sent_).size(), 20u);
  EXPECT_EQ(session_.last_heard(), now_);
}

TEST_F(ClientSessionTest, RejectIsForGood) {
  open();
  hear(Reject{RejectCode::fenced, "attempt 1 is fenced"});
  EXPECT_EQ(session_.state(), ClientState::rejected);
  ASSERT_TRUE(session_.reject());
  EXPECT_EQ(session_.reject()->text, "attempt 1 is fenced");
  const auto said = sent_.size();
  enqueue(0);
  tick(60s);
  open();
  EXPECT_EQ(session_.state(), ClientState::rejected);
  EXPECT_EQ(sent_.size(), said);
}

TEST_F(ClientSessionTest, CountsWhatIsNotForAClientAndGoesOn) {
  session_.receive({}, now_);
  hear(LaunchStopping{});
  EXPECT_EQ(session_.ignored(), 2u);
  open();
  EXPECT_EQ(session_.state(), ClientState::open);
}

}  // namespace
}  // namespace weir::wire
