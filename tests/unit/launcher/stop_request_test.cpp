#include "launcher/records/stop_request.h"

#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/temporary_folder.h"

namespace weir {
namespace {

class StopRequestTest : public testing::Test {
 protected:
  StopRequestTest() { std::filesystem::create_directories(directory_.run()); }
  std::optional<std::string> take_later(StopRequests& requests) {
    clock_.advance(std::chrono::seconds(1));
    return requests.take();
  }

  test::TemporaryFolder folder_;
  StudyDirectory directory_{folder_.path()};
  ManualClock clock_;
};

TEST_F(StopRequestTest, IsTakenOnceWithTheNameOfWhoLeftIt) {
  StopRequests requests(posix_file_system(), directory_, clock_);
  EXPECT_EQ(requests.take(), std::nullopt);
  leave_stop_request(posix_file_system(), directory_);
  const auto taken = take_later(requests);
  ASSERT_TRUE(taken);
  EXPECT_THAT(*taken, testing::StartsWith("process " + std::to_string(getpid()) + " on "));
  EXPECT_FALSE(std::filesystem::exists(stop_request_path(directory_)));
  EXPECT_EQ(take_later(requests), std::nullopt);
}

TEST_F(StopRequestTest, OfAnEarlierLauncherIsForgotten) {
  leave_stop_request(posix_file_system(), directory_);
  StopRequests requests(posix_file_system(), directory_, clock_);
  EXPECT_EQ(take_later(requests), std::nullopt);
}

TEST_F(StopRequestTest, IsLookedForOnceASecond) {
  StopRequests requests(posix_file_system(), directory_, clock_);
  EXPECT_EQ(requests.take(), std::nullopt);
  leave_stop_request(posix_file_system(), directory_);
  clock_.advance(std::chrono::milliseconds(999));
  EXPECT_EQ(requests.take(), std::nullopt);
  clock_.advance(std::chrono::milliseconds(1));
  EXPECT_TRUE(requests.take());
}

TEST_F(StopRequestTest, IsPrivate) {
  leave_stop_request(posix_file_system(), directory_);
  struct stat status {};
  ASSERT_EQ(stat(stop_request_path(directory_).c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777u, 0600u);
}

TEST_F(StopRequestTest, BringsNothingToATerminalThatItWouldObey) {
  StopRequests requests(posix_file_system(), directory_, clock_);
  std::ofstream(stop_request_path(directory_)) << "\x1b[2J" << std::string(5000, 'x') << "\nmore";
  const auto taken = take_later(requests);
  ASSERT_TRUE(taken);
  EXPECT_EQ(taken->substr(0, 4), "[2Jx");
  EXPECT_EQ(taken->size(), 300u);
}

}  // namespace
}  // namespace weir
