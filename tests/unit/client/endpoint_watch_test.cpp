#include "client_api/endpoint_watch.h"

#include <gmock/gmock.h>

#include "client_api/failure.h"
#include "tests/support/temporary_folder.h"

namespace weir::client {
namespace {

using ::testing::HasSubstr;

class EndpointWatchTest : public ::testing::Test {
 protected:
  static wire::EndpointFile file_of(std::uint64_t epoch) {
    wire::EndpointFile file;
    file.study = 7;
    file.schema = 11;
    file.epoch = epoch;
    file.endpoints = {"ipc:///first", "ipc:///second"};
    file.fields = {{"u", 12}};
    file.steps = 3;
    file.window_bytes = 1000;
    file.timeout = 20;
    return file;
  }
  void write(const wire::EndpointFile& file) {
    wire::write_endpoint_file(posix_file_system(), path_, file);
  }
  /// What a look at `file` is refused with.
  std::string refusal(const wire::EndpointFile& file) {
    write(file);
    try {
      watch_.look(now_);
    } catch (const Failure& failure) {
      EXPECT_EQ(failure.status(), WEIR_ERROR_ENVIRONMENT);
      return failure.what();
    }
    return "";
  }

  weir::test::TemporaryFolder folder_;
  std::filesystem::path path_ = folder_.path() / "endpoint.json";
  Time now_{};
  EndpointWatch watch_{posix_file_system(), path_, file_of(2)};
};

TEST_F(EndpointWatchTest, IsDueASecondAfterTheLastLookWhereAServerIsSilentAndTenElse) {
  EXPECT_TRUE(watch_.due(now_, /*silent=*/false));
  watch_.look(now_);
  const auto after = [&](int milliseconds) {
    return now_ + std::chrono::milliseconds(milliseconds);
  };
  EXPECT_FALSE(watch_.due(after(999), /*silent=*/true));
  EXPECT_TRUE(watch_.due(after(1000), /*silent=*/true));  // though it was not at the look
  EXPECT_FALSE(watch_.due(after(9999), /*silent=*/false));
  EXPECT_TRUE(watch_.due(after(10000), /*silent=*/false));
}

TEST_F(EndpointWatchTest, GivesAFileOfALaterEpochOnce) {
  write(file_of(3));
  const auto found = watch_.look(now_);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->epoch, 3u);
  EXPECT_EQ(watch_.epoch(), 3u);
  EXPECT_FALSE(watch_.look(now_));
}

TEST_F(EndpointWatchTest, AFileOfTheSameOrALowerEpochIsNoNewServer) {
  write(file_of(2));
  EXPECT_FALSE(watch_.look(now_));
  write(file_of(1));
  EXPECT_FALSE(watch_.look(now_));
  EXPECT_EQ(watch_.epoch(), 2u);
}

TEST_F(EndpointWatchTest, AFileThatIsNotThereYetIsLookedAtAgain) {
  EXPECT_FALSE(watch_.look(now_));
  write(file_of(4));
  EXPECT_TRUE(watch_.look(now_));
}

TEST_F(EndpointWatchTest, AFileThatCannotBeReadIsLookedAtAgainAndSaidInMessages) {
  write(file_of(3));
  std::filesystem::permissions(path_, std::filesystem::perms(0644));
  EXPECT_FALSE(watch_.look(now_));
  EXPECT_THAT(watch_.tried(), HasSubstr("a later server than epoch 2 was looked for in"));
  EXPECT_THAT(watch_.tried(), HasSubstr("chmod 600"));
  std::filesystem::permissions(path_, std::filesystem::perms(0600));
  EXPECT_TRUE(watch_.look(now_));
}

TEST_F(EndpointWatchTest, WhatCouldNotBeUsedIsGivenAgain) {
  write(file_of(3));
  ASSERT_TRUE(watch_.look(now_));
  watch_.retry(/*former_epoch=*/2, "no more sockets");
  EXPECT_THAT(watch_.tried(), HasSubstr("(no more sockets)"));
  EXPECT_TRUE(watch_.look(now_));
}

TEST_F(EndpointWatchTest, AServerOfOtherRanksFieldsOrStudyIsRefused) {
  auto file = file_of(3);
  file.endpoints.pop_back();
  EXPECT_THAT(refusal(file), HasSubstr("with 1 ranks instead of 2"));
  file = file_of(4);
  file.schema = 12;
  EXPECT_THAT(refusal(file), HasSubstr("with other fields or steps"));
  file = file_of(5);
  file.study = 8;
  EXPECT_THAT(refusal(file), HasSubstr("with another study"));
}

}  // namespace
}  // namespace weir::client
