// Where a restarted solver may go on: against servers that only say Welcome, with the steps that
// they hold and keep.
#include <atomic>
#include <chrono>
#include <memory>
#include <thread>
#include <utility>
#include <variant>

#include "src/core/study_directory.h"
#include "src/wire/message.h"
#include "src/wire/zmq_channel.h"
#include "tests/integration/client/serial_fixture.h"

namespace weir::test {
namespace {

/// A server rank that answers Hello and End, and nothing else.
class WelcomingRank {
 public:
  WelcomingRank(const std::filesystem::path& folder, std::size_t rank, wire::Welcome welcome,
                wire::Message farewell = wire::Finished{})
      : welcome_(std::move(welcome)),
        farewell_(std::move(farewell)),
        channel_(wire::bind_zmq_channel(wire::ipc_address(folder, rank))) {
    thread_ = std::thread([this] { serve(); });
  }
  ~WelcomingRank() {
    stop_ = true;
    channel_->wake();
    thread_.join();
  }
  std::string endpoint() const { return channel_->endpoint(); }

 private:
  void serve() {
    while (!stop_) {
      while (const auto received = channel_->try_receive()) answer(*received);
      channel_->wait(std::chrono::milliseconds(50));
    }
  }
  void answer(const wire::Received& received) {
    const auto result = wire::decode(received.bytes());
    if (!result.ok()) return;
    const auto& message = std::get<wire::Decoded>(result.value).message;
    if (const auto* hello = std::get_if<wire::Hello>(&message)) {
      welcome_.session = hello->session;
      send(received.peer(), welcome_);
    }
    if (std::holds_alternative<wire::End>(message)) send(received.peer(), farewell_);
  }
  void send(const wire::Peer& peer, const wire::Message& message) {
    channel_->send(peer, wire::frame_of(message));
  }

  wire::Welcome welcome_;
  wire::Message farewell_;
  std::unique_ptr<wire::ServerChannel> channel_;
  std::atomic<bool> stop_ = false;
  std::thread thread_;
};

class ClientResume : public SerialClientTest {
 protected:
  /// Of a rank that holds all five steps.
  static wire::Welcome welcome_of(std::size_t ranks, const FakeStudy& study) {
    wire::Welcome welcome;
    welcome.epoch = 1;
    welcome.ranks = ranks;
    welcome.steps = study.steps;
    welcome.held = {0b11111};
    return welcome;
  }
  /// The first step to compute when each of two server ranks has made the steps of its bitmap
  /// durable.
  std::size_t resume_step(std::uint8_t durable_on_0, std::uint8_t durable_on_1) {
    FakeStudy study;
    study.steps = 5;
    const auto folder = StudyDirectory{folder_.path()}.run();
    posix_file_system().make_directories(folder, 0700);
    wire::Welcome welcome = welcome_of(/*ranks=*/2, study);
    welcome.durable = {durable_on_0};
    const WelcomingRank first(folder, 0, welcome);
    welcome.durable = {durable_on_1};
    const WelcomingRank second(folder, 1, welcome);
    write_fake_endpoints(folder_.path(), study, {first.endpoint(), second.endpoint()});
    EXPECT_EQ(weir_init_serial(&client_), WEIR_OK) << weir_last_error(nullptr);
    std::size_t step = 99;
    EXPECT_EQ(weir_resume_step(client_, &step), WEIR_OK);
    weir_finalize(&client_);
    return step;
  }
};

TEST_F(ClientResume, IsTheFirstStepThatIsNotDurableOnItsServerRank) {
  EXPECT_EQ(resume_step(/*steps 0, 2, 4*/ 0b10101, /*step 1*/ 0b00010), 3u);
}

TEST_F(ClientResume, IsTheFirstStepWhenNothingIsDurable) { EXPECT_EQ(resume_step(0, 0b01010), 0u); }

TEST_F(ClientResume, IsTheNumberOfStepsWhenAllAreDurable) {
  EXPECT_EQ(resume_step(0b10101, 0b01010), 5u);
}

TEST_F(ClientResume, ASolverMayStartAtADurableStepAndNoLater) {
  FakeStudy study;
  study.steps = 5;
  const auto folder = StudyDirectory{folder_.path()}.run();
  posix_file_system().make_directories(folder, 0700);
  wire::Welcome welcome = welcome_of(/*ranks=*/1, study);
  welcome.durable = {0b00111};
  const WelcomingRank server(folder, 0, welcome);
  write_fake_endpoints(folder_.path(), study, {server.endpoint()});
  ASSERT_EQ(weir_init_serial(&client_), WEIR_OK) << weir_last_error(nullptr);
  EXPECT_EQ(weir_start_at(client_, 4), WEIR_ERROR_ARGUMENT);
  EXPECT_NE(last_error().find("later than weir_resume_step, which is 3"), std::string::npos);
  EXPECT_EQ(weir_start_at(client_, 2), WEIR_OK) << last_error();
  const std::size_t global[] = {3, 4}, start[] = {0, 0};
  EXPECT_EQ(weir_subarray(client_, "u", 2, global, /*local=*/global, start), WEIR_OK)
      << last_error();
  for (int step = 2; step < 5; ++step) EXPECT_EQ(send("u", std::vector<double>(12)), WEIR_OK);
  EXPECT_EQ(send("u", std::vector<double>(12)), WEIR_ERROR_STEPS);
  EXPECT_EQ(weir_start_at(client_, 0), WEIR_ERROR_STATE);
  EXPECT_EQ(weir_finalize(&client_), WEIR_ERROR_STEPS);
}

TEST_F(ClientResume, StartingComesBeforeTheFirstStep) {
  serve_and_connect({});
  ASSERT_EQ(send("u", std::vector<double>(12)), WEIR_OK);
  EXPECT_EQ(weir_start_at(client_, 0), WEIR_ERROR_ARGUMENT);
  EXPECT_NE(last_error().find("before the first weir_send"), std::string::npos);
}

TEST_F(ClientResume, AStudyThatIsOverIsNoErrorWhenItHasAllSteps) {
  FakeStudy study;
  study.steps = 5;
  const auto folder = StudyDirectory{folder_.path()}.run();
  posix_file_system().make_directories(folder, 0700);
  const wire::Reject over{wire::RejectCode::over, "the study is over"};
  const WelcomingRank server(folder, 0, welcome_of(/*ranks=*/1, study), over);
  write_fake_endpoints(folder_.path(), study, {server.endpoint()});
  ASSERT_EQ(weir_init_serial(&client_), WEIR_OK) << weir_last_error(nullptr);
  for (int step = 0; step < 5; ++step) EXPECT_EQ(send("u", std::vector<double>(12)), WEIR_OK);
  EXPECT_EQ(weir_finalize(&client_), WEIR_OK) << weir_last_error(nullptr);
}

}  // namespace
}  // namespace weir::test
