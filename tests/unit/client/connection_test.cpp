// When the thread that serves a client's connections is woken, and what that costs nobody.

#include "client_api/connection.h"

#include <deque>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/wire/wire_fakes.h"

namespace weir::client {
namespace {

using std::chrono::milliseconds;
using testing::ElementsAre;
using testing::IsEmpty;

/// A server of one rank that answers everything at once, and notes when its client is woken. Time
/// alone wakes nobody.
class AnsweringChannel : public wire::ClientChannel {
 public:
  struct Notes {
    std::mutex mutex;
    std::condition_variable changed;
    std::size_t wakes = 0;
    std::vector<Duration> delayed;
    std::size_t data = 0;  ///< chunks that came
    bool welcoming = true;
    Duration waited{};  ///< at most, as the client said last

    /// Whether that comes true before the test has to fail.
    bool eventually(const std::function<bool()>& what) {
      std::unique_lock lock(mutex);
      return changed.wait_for(lock, std::chrono::seconds(20), what);
    }
    void forget() {
      const std::lock_guard lock(mutex);
      wakes = 0;
      delayed.clear();
    }
  };

  explicit AnsweringChannel(Notes& notes) : notes_(notes) {}

  void send(std::size_t, wire::Frame frame) override {
    const auto decoded = wire::decode({frame->data(), frame->size()});
    const std::lock_guard lock(notes_.mutex);
    std::visit([this](const auto& message) { answer(message); },
               std::get<wire::Decoded>(decoded.value).message);
    notes_.changed.notify_all();
  }

  std::unique_ptr<wire::Received> try_receive() override {
    const std::lock_guard lock(notes_.mutex);
    if (answers_.empty()) return nullptr;
    auto answer = std::make_unique<Answer>(std::move(answers_.front()));
    answers_.pop_front();
    return answer;
  }

  void wait(Duration at_most) override {
    std::unique_lock lock(notes_.mutex);
    notes_.waited = at_most;
    notes_.changed.notify_all();
    notes_.changed.wait_for(lock, std::chrono::seconds(20),
                            [this] { return woken_ || !answers_.empty(); });
    woken_ = false;
  }

  void wake() override {
    const std::lock_guard lock(notes_.mutex);
    woken_ = true;
    ++notes_.wakes;
    notes_.changed.notify_all();
  }

  void wake_within(Duration delay) override {
    const std::lock_guard lock(notes_.mutex);
    notes_.delayed.push_back(delay);
  }

 private:
  class Answer : public wire::Received {
   public:
    explicit Answer(std::vector<std::byte> bytes) : bytes_(std::move(bytes)) {}
    wire::Bytes bytes() const override { return bytes_; }
    const wire::Peer& peer() const override { return nobody_; }
    std::size_t server_rank() const override { return 0; }

   private:
    std::vector<std::byte> bytes_;
    wire::Peer nobody_;
  };

  void answer(const wire::Hello& hello) {
    if (!notes_.welcoming) return;
    wire::Welcome welcome;
    welcome.epoch = welcome.ranks = 1;
    welcome.steps = 100;
    welcome.held.resize(13);
    welcome.durable.resize(13);
    welcome.session = hello.session;
    reply(welcome);
  }
  void answer(const wire::Want& want) { reply(wire::Credit{want.samples, want.bytes}); }
  void answer(const wire::Data& data) {
    ++notes_.data;
    reply(wire::Accepted{data.sim, {data.step}});
  }
  void answer(const wire::End& end) { reply(wire::Finished{end.sim, end.steps, end.steps}); }
  template <class Other>
  void answer(const Other&) {}

  void reply(const wire::Message& message) { answers_.push_back(wire::encode(message)); }

  Notes& notes_;
  std::deque<std::vector<std::byte>> answers_;  // with the mutex of the notes
  bool woken_ = false;
};

wire::EndpointFile endpoint() {
  wire::EndpointFile file;
  file.epoch = 1;
  file.endpoints = {"nowhere"};
  file.fields = {{"u", 1}};
  file.steps = 100;
  return file;
}

Connection connection_to(AnsweringChannel::Notes& notes) {
  return {
      {.session = {}, .window_bytes = 1 << 20, .timeout = std::chrono::seconds(20)},
      endpoint(),
      EndpointWatch{posix_file_system(), "no endpoint file", endpoint()},
      [&notes](const wire::EndpointFile&) { return std::make_unique<AnsweringChannel>(notes); }};
}

class ConnectionTest : public testing::Test {
 protected:
  ConnectionTest() {
    connection_.wait_until_open();
    notes_.forget();
  }

  void push(std::uint64_t step, std::size_t values) {
    connection_.reserve(values * sizeof(float));
    connection_.push(0, step,
                     wire::test::chunk({.sim = 0, .step = step}, /*attempt=*/0, /*field=*/0,
                                       /*offset=*/0, values));
  }
  std::pair<std::size_t, std::vector<Duration>> woken() {
    const std::lock_guard lock(notes_.mutex);
    return {notes_.wakes, notes_.delayed};
  }

  AnsweringChannel::Notes notes_;
  Connection connection_ = connection_to(notes_);
};

TEST_F(ConnectionTest, SmallSamplesWaitAMomentForFurtherOnes) {
  push(0, 10);
  push(1, 10);
  push(2, 10);
  const auto [wakes, delayed] = woken();
  EXPECT_EQ(wakes, 0u);
  EXPECT_THAT(delayed, ElementsAre(milliseconds(5)));
}

TEST_F(ConnectionTest, SamplesThatAreManyTogetherLeaveAtOnce) {
  constexpr std::size_t values = 10000;  // 40 kB: seven of them are over 256 KiB
  for (std::uint64_t step = 0; step < 6; ++step) push(step, values);
  EXPECT_EQ(woken().first, 0u);
  push(6, values);
  EXPECT_EQ(woken().first, 1u);
  EXPECT_TRUE(notes_.eventually([&] { return notes_.data == 7; }));
  push(7, 10);  // what has left counts no more
  EXPECT_EQ(woken().first, 1u);
}

TEST_F(ConnectionTest, ALargeSampleLeavesAtOnce) {
  push(0, 100000);
  const auto [wakes, delayed] = woken();
  EXPECT_EQ(wakes, 1u);
  EXPECT_THAT(delayed, IsEmpty());
  EXPECT_TRUE(notes_.eventually([&] { return notes_.data == 1; }));
}

TEST_F(ConnectionTest, ASolverThatWaitsIsNotKeptForFurtherSamples) {
  push(0, 10);
  connection_.drain(0);  // within a moment that does not pass here
  EXPECT_GE(woken().first, 1u);
  EXPECT_EQ(notes_.data, 1u);
}

TEST_F(ConnectionTest, AnOpenOneIsLookedAfterOnceASecond) {
  EXPECT_TRUE(notes_.eventually([&] { return notes_.waited == std::chrono::seconds(1); }));
}

TEST(ConnectionToNobody, IsLookedAfterTenTimesASecond) {
  AnsweringChannel::Notes notes;
  notes.welcoming = false;
  const Connection connection = connection_to(notes);
  EXPECT_TRUE(notes.eventually([&] { return notes.waited == milliseconds(100); }));
}

TEST_F(ConnectionTest, TheEndIsSaidAtOnce) {
  push(0, 10);
  connection_.drain(0);
  notes_.forget();
  connection_.end(1);
  EXPECT_GE(woken().first, 1u);
}

}  // namespace
}  // namespace weir::client
