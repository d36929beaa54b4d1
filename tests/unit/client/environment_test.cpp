#include "client_api/environment.h"

#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include "client_api/failure.h"
#include "src/core/error.h"
#include "src/core/study_directory.h"
#include "tests/support/temporary_folder.h"

namespace weir::client {
namespace {

using testing::HasSubstr;

class EnvironmentTest : public testing::Test {
 protected:
  void SetUp() override {
    setenv("WEIR_STUDY_DIR", folder_.path().c_str(), 1);
    setenv("WEIR_SIM", "12", 1);
    setenv("WEIR_ATTEMPT", "3", 1);
  }
  static std::string refusal() {
    try {
      read_environment();
    } catch (const Failure& failure) {
      EXPECT_EQ(failure.status(), WEIR_ERROR_ENVIRONMENT);
      return failure.what();
    }
    return "accepted";
  }

  test::TemporaryFolder folder_;
};

TEST_F(EnvironmentTest, ReadsTheThreeVariables) {
  const auto environment = read_environment();
  EXPECT_EQ(environment.study_directory, folder_.path());
  EXPECT_EQ(environment.sim, 12u);
  EXPECT_EQ(environment.attempt, 3u);
}

TEST_F(EnvironmentTest, TakesAMissingAttemptAsTheFirst) {
  unsetenv("WEIR_ATTEMPT");
  EXPECT_EQ(read_environment().attempt, 0u);
}

TEST_F(EnvironmentTest, NamesAMissingVariable) {
  unsetenv("WEIR_SIM");
  EXPECT_THAT(refusal(), HasSubstr("WEIR_SIM is not set"));
  unsetenv("WEIR_STUDY_DIR");
  EXPECT_THAT(refusal(), HasSubstr("WEIR_STUDY_DIR is not set"));
}

TEST_F(EnvironmentTest, RefusesWhatIsNoNumber) {
  for (const char* text : {"-1", "1x", "0x10", "99999999999999999999"}) {
    setenv("WEIR_SIM", text, 1);
    EXPECT_THAT(refusal(), HasSubstr("WEIR_SIM is '" + std::string(text) + "'"));
  }
}

TEST_F(EnvironmentTest, RefusesAnAttemptAfterTheLast) {
  setenv("WEIR_ATTEMPT", "18446744073709551614", 1);
  EXPECT_THAT(refusal(), HasSubstr("WEIR_ATTEMPT is '18446744073709551614'"));
  setenv("WEIR_ATTEMPT", "18446744073709551613", 1);
  EXPECT_EQ(refusal(), "accepted");
}

TEST_F(EnvironmentTest, RefusesAStudyDirectoryThatIsNone) {
  setenv("WEIR_STUDY_DIR", (folder_ / "missing").c_str(), 1);
  EXPECT_THAT(refusal(), HasSubstr("no directory"));
}

wire::EndpointFile some_endpoint() {
  wire::EndpointFile file;
  file.study = 5;
  file.endpoints = {"ipc:///nowhere"};
  file.fields = {{"u", 4}};
  file.steps = 2;
  file.window_bytes = 100;
  file.timeout = 1.5;
  return file;
}

TEST(AwaitEndpointFile, SaysWhereItShouldBeWhenNobodyWritesIt) {
  const test::TemporaryFolder folder;
  try {
    await_endpoint_file(posix_file_system(), folder.path(), std::chrono::milliseconds(30));
    FAIL() << "there is no file";
  } catch (const Failure& failure) {
    EXPECT_EQ(failure.status(), WEIR_ERROR_TIMEOUT);
    EXPECT_THAT(failure.what(), HasSubstr("run/endpoint.json within 0.03 s"));
  }
}

TEST(AwaitEndpointFile, WaitsForTheServerToWriteIt) {
  const test::TemporaryFolder folder;
  const StudyDirectory directory{folder.path()};
  std::thread server([&] {
    posix_file_system().make_directories(directory.run(), 0700);
    wire::write_endpoint_file(posix_file_system(), directory.endpoint(), some_endpoint());
  });
  const auto endpoint =
      await_endpoint_file(posix_file_system(), folder.path(), std::chrono::seconds(20));
  server.join();
  EXPECT_EQ(endpoint.study, 5u);
  EXPECT_EQ(timeout_of(endpoint), std::chrono::milliseconds(1500));
}

TEST(AwaitEndpointFile, TellsWhyAFileCannotBeUsed) {
  const test::TemporaryFolder folder;
  const StudyDirectory directory{folder.path()};
  posix_file_system().make_directories(directory.run(), 0700);
  posix_file_system().replace(directory.endpoint(), "{", 0600);
  EXPECT_THROW(
      await_endpoint_file(posix_file_system(), folder.path(), std::chrono::milliseconds(30)),
      Error);
}

}  // namespace
}  // namespace weir::client
