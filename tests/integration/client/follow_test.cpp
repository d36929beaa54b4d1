// A server that is started again: the client finds the next one by the endpoint file, whatever it
// does at the moment, or gives up in time.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gmock/gmock.h>

#include "tests/integration/client/serial_fixture.h"

namespace weir::test {
namespace {

using ::testing::HasSubstr;
using Steady = std::chrono::steady_clock;

class ClientFollow : public SerialClientTest {
 protected:
  ClientFollow() {
    study_.steps = 6;
    study_.tcp = true;
    study_.window_bytes = window_steps * 12 * sizeof(float);
  }

  weir_status send_step(std::size_t step) {
    return send("u", std::vector<double>(12, static_cast<double>(step)));
  }
  /// Sends from the next step on, below `end`, while all is well.
  weir_status send_steps(std::size_t end) {
    weir_status status = WEIR_OK;
    while (sent_ < end && status == WEIR_OK) {
      status = send_step(sent_);
      sent_ += status == WEIR_OK ? 1 : 0;
    }
    return status;
  }
  /// The first server has accepted so many steps, has said so, and is no more. The window is full:
  /// its last step found room when the client had heard.
  void lose_server_after(std::size_t steps) {
    study_.room = steps;
    serve_and_connect(study_);
    ASSERT_EQ(send_steps(steps + window_steps), WEIR_OK) << last_error();
    server_.reset();
    study_.room = 100;
  }
  void serve_next_epoch(std::set<SampleId> held) {
    ++study_.epoch;
    study_.held = std::move(held);
    serve(study_);
  }
  static bool wait_until(const std::function<bool()>& done, std::chrono::seconds at_most) {
    const auto deadline = Steady::now() + at_most;
    while (!done() && Steady::now() < deadline)
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    return done();
  }

  static constexpr std::size_t window_steps = 3;
  FakeStudy study_;
  std::atomic<std::size_t> sent_ = 0;
};

TEST_F(ClientFollow, StepsThatTheNextServerHoldsAreNotSentAgain) {
  lose_server_after(2);
  serve_next_epoch({{0, 0}, {0, 1}, {0, 3}});
  EXPECT_EQ(send_steps(6), WEIR_OK) << last_error();
  EXPECT_EQ(weir_finalize(&client_), WEIR_OK) << weir_last_error(nullptr);
  for (const std::uint64_t step : {0, 1, 3}) EXPECT_EQ(server_->sample({0, step})->size(), 0u);
  for (const std::uint64_t step : {2, 4, 5}) {
    const std::vector<float> expected(12, static_cast<float>(step));
    EXPECT_EQ(server_->sample({0, step}), expected);
  }
}

TEST_F(ClientFollow, ASolverThatWaitsForRoomGoesOnWithTheNextServer) {
  study_.room = 1;
  serve_and_connect(study_);
  std::thread replace([this] {
    EXPECT_TRUE(wait_until([this] { return sent_ == 1 + window_steps; }, std::chrono::seconds(20)));
    study_.room = 100;
    serve_next_epoch({{0, 0}});  // writes its endpoint file before the first ends
  });
  EXPECT_EQ(send_steps(6), WEIR_OK) << last_error();
  replace.join();
  EXPECT_EQ(weir_finalize(&client_), WEIR_OK) << weir_last_error(nullptr);
  EXPECT_EQ(server_->accepted(), 6u);
}

TEST_F(ClientFollow, AClientWithNothingToSendNoticesTheNextServerWithinSeconds) {
  lose_server_after(1);
  serve_next_epoch({{0, 0}});
  EXPECT_TRUE(wait_until([this] { return server_->connected() == 1; }, std::chrono::seconds(8)));
}

bool has_thread(const std::string& name) {
  const std::filesystem::directory_iterator threads("/proc/self/task");
  return std::any_of(begin(threads), end(threads), [&](const auto& thread) {
    std::string found;
    std::ifstream(thread.path() / "comm") >> found;
    return found == name;
  });
}

TEST_F(ClientFollow, AClientWhoseServerNeverAnsweredFindsTheNextOneWithinSeconds) {
  write_fake_endpoints(folder_.path(), study_, {"ipc://" + (folder_ / "nobody").string()});
  std::atomic<bool> connected = false;
  std::thread solver([&] { connected = weir_init_serial(&client_) == WEIR_OK; });
  EXPECT_TRUE(wait_until([] { return has_thread("weir-client"); }, std::chrono::seconds(20)));
  serve_next_epoch({});
  EXPECT_TRUE(wait_until([&] { return connected.load(); }, std::chrono::seconds(8)));
  solver.join();
}

TEST_F(ClientFollow, AServerThatIsStartedAgainAtTheSameEndpointIsFollowedToo) {
  study_.tcp = false;
  lose_server_after(2);
  serve_next_epoch({{0, 0}, {0, 1}});
  EXPECT_EQ(send_steps(6), WEIR_OK) << last_error();
  EXPECT_EQ(weir_finalize(&client_), WEIR_OK) << weir_last_error(nullptr);
  EXPECT_EQ(server_->accepted(), 6u);
}

TEST_F(ClientFollow, AStepLostWithTheFirstServerIsToldAndNamed) {
  lose_server_after(2);
  serve_next_epoch({{0, 0}});
  send_steps(6);
  EXPECT_EQ(weir_finalize(&client_), WEIR_ERROR_REJECTED);
  EXPECT_THAT(weir_last_error(nullptr), HasSubstr("step 1 was lost with an earlier server"));
}

TEST_F(ClientFollow, WithoutANextServerItGivesUpWithinItsTimeout) {
  study_.timeout = 2;
  lose_server_after(1);
  const auto start = Steady::now();
  EXPECT_EQ(send_steps(6), WEIR_ERROR_TIMEOUT);
  EXPECT_THAT(last_error(), HasSubstr("a later server than epoch 1 was looked for in"));
  EXPECT_LT(Steady::now() - start, std::chrono::seconds(8));
}

TEST_F(ClientFollow, AServerStartedAgainWithOtherRanksIsNotFollowed) {
  lose_server_after(1);
  study_.ranks = 2;
  serve_next_epoch({{0, 0}});
  EXPECT_EQ(send_steps(6), WEIR_ERROR_ENVIRONMENT);
  EXPECT_THAT(last_error(), HasSubstr("with 2 ranks instead of 1"));
}

}  // namespace
}  // namespace weir::test
