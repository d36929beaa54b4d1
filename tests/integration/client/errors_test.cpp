// What the client says when the solver, the server or the environment is at fault.
#include <chrono>
#include <thread>

#include <gmock/gmock.h>

#include "src/wire/zmq_channel.h"
#include "tests/integration/client/serial_fixture.h"

namespace weir::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;

using ClientErrors = SerialClientTest;

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

TEST_F(ClientErrors, AMissingEnvironmentIsNamed) {
  unsetenv("WEIR_SIM");
  EXPECT_EQ(weir_init_serial(&client_), WEIR_ERROR_ENVIRONMENT);
  EXPECT_EQ(client_, nullptr);
  EXPECT_THAT(std::string(weir_last_error(nullptr)), HasSubstr("WEIR_SIM is not set"));
}

TEST_F(ClientErrors, NullPointersAreArguments) {
  EXPECT_EQ(weir_init_serial(nullptr), WEIR_ERROR_ARGUMENT);
  EXPECT_EQ(weir_send(nullptr, "u", nullptr, 0), WEIR_ERROR_ARGUMENT);
  EXPECT_EQ(weir_finalize(nullptr), WEIR_ERROR_ARGUMENT);
  EXPECT_EQ(weir_finalize(&client_), WEIR_ERROR_ARGUMENT);
  serve_and_connect(FakeStudy{});
  EXPECT_EQ(weir_send(client_, nullptr, nullptr, 0), WEIR_ERROR_ARGUMENT);
  EXPECT_EQ(weir_send(client_, "u", nullptr, 12), WEIR_ERROR_ARGUMENT);
  EXPECT_EQ(weir_parameters(client_, 0, nullptr, nullptr), WEIR_ERROR_ARGUMENT);
  EXPECT_EQ(weir_resume_step(client_, nullptr), WEIR_ERROR_ARGUMENT);
  EXPECT_EQ(send("u", std::vector<double>(12)), WEIR_OK)
      << "an argument error has no effect: " << last_error();
}

TEST_F(ClientErrors, AnUnknownFieldIsAnsweredWithTheKnownOnes) {
  FakeStudy study;
  study.fields = {{"temperature", 1}, {"pressure", 1}};
  serve_and_connect(study);
  EXPECT_EQ(send("temprature", {1}), WEIR_ERROR_ARGUMENT);
  EXPECT_THAT(last_error(), HasSubstr("no field 'temprature'; it has 'temperature', 'pressure'"));
  EXPECT_EQ(send("temperature", {1}), WEIR_OK) << last_error();
}

TEST_F(ClientErrors, AWrongSizeIsToldWithBothSizes) {
  serve_and_connect(FakeStudy{});
  EXPECT_EQ(send("u", std::vector<double>(11)), WEIR_ERROR_SIZE);
  EXPECT_THAT(last_error(), HasSubstr("field 'u': the ranks sent 11 values, the study says 12"));
  EXPECT_EQ(send("u", std::vector<double>(12)), WEIR_ERROR_STATE) << "the client has failed";
  EXPECT_THAT(last_error(), HasSubstr("sent 11 values"));
  EXPECT_EQ(weir_finalize(&client_), WEIR_ERROR_SIZE);
  EXPECT_THAT(std::string(weir_last_error(nullptr)), HasSubstr("sent 11 values"));
}

TEST_F(ClientErrors, AStepTooManyIsRefused) {
  FakeStudy study;
  study.steps = 1;
  serve_and_connect(study);
  ASSERT_EQ(send("u", std::vector<double>(12)), WEIR_OK) << last_error();
  EXPECT_EQ(send("u", std::vector<double>(12)), WEIR_ERROR_STEPS);
  EXPECT_THAT(last_error(), HasSubstr("step 1 of field 'u' sent; the study has 1 steps"));
}

TEST_F(ClientErrors, TooFewStepsAreToldAndKept) {
  serve_and_connect(FakeStudy{});
  ASSERT_EQ(send("u", std::vector<double>(12, 4.)), WEIR_OK) << last_error();
  EXPECT_EQ(weir_finalize(&client_), WEIR_ERROR_STEPS);
  EXPECT_THAT(std::string(weir_last_error(nullptr)), HasSubstr("sent 1 of 3 steps of field 'u'"));
  EXPECT_EQ(server_->accepted(), 1u);
}

TEST_F(ClientErrors, AnUnfinishedSampleIsNotWaitedFor) {
  FakeStudy study;
  study.fields = {{"u", 12}, {"v", 1}};
  serve_and_connect(study);
  ASSERT_EQ(send("u", std::vector<double>(12)), WEIR_OK) << last_error();
  ASSERT_EQ(send("v", {1}), WEIR_OK) << last_error();
  ASSERT_EQ(send("u", std::vector<double>(12)), WEIR_OK) << last_error();
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(weir_finalize(&client_), WEIR_ERROR_STEPS);
  EXPECT_LT(seconds_since(start), study.timeout / 2);
  EXPECT_THAT(std::string(weir_last_error(nullptr)), HasSubstr("sent 1 of 3 steps of field 'v'"));
  EXPECT_EQ(server_->accepted(), 1u);
}

TEST_F(ClientErrors, AnUnreachableServerIsATimeoutThatNamesIt) {
  FakeStudy study;
  study.timeout = 0.3;
  const std::string endpoint = "ipc://" + (folder_ / "nobody").string();
  write_fake_endpoints(folder_.path(), study, {endpoint});
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(weir_init_serial(&client_), WEIR_ERROR_TIMEOUT);
  EXPECT_GE(seconds_since(start), 0.3);
  EXPECT_LT(seconds_since(start), 10);
  EXPECT_EQ(client_, nullptr);
  EXPECT_THAT(std::string(weir_last_error(nullptr)),
              AllOf(HasSubstr("0.3 s"), HasSubstr(endpoint), HasSubstr("has never answered"),
                    HasSubstr("server.0.log")));
}

TEST_F(ClientErrors, AServerWithoutRoomIsATimeout) {
  FakeStudy study;
  study.room = 0;
  study.window_bytes = 12 * sizeof(float);
  study.timeout = 2;
  serve_and_connect(study);
  ASSERT_EQ(send("u", std::vector<double>(12)), WEIR_OK) << last_error();
  EXPECT_EQ(send("u", std::vector<double>(12)), WEIR_ERROR_TIMEOUT);
  EXPECT_THAT(last_error(),
              AllOf(HasSubstr("waited 2 s for room"), HasSubstr("48 bytes are not accepted")));
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(weir_finalize(&client_), WEIR_ERROR_TIMEOUT);
  EXPECT_LT(seconds_since(start), study.timeout) << "a client that failed is freed without waiting";
}

TEST_F(ClientErrors, FinalizeWaitsForAcceptanceNoLongerThanTheTimeout) {
  FakeStudy study;
  study.room = 0;
  study.steps = 1;
  study.timeout = 2;
  serve_and_connect(study);
  ASSERT_EQ(send("u", std::vector<double>(12)), WEIR_OK) << last_error();
  EXPECT_EQ(weir_finalize(&client_), WEIR_ERROR_TIMEOUT);
  EXPECT_THAT(std::string(weir_last_error(nullptr)), HasSubstr("waited 2 s for the last samples"));
}

TEST_F(ClientErrors, ASolverThatSendsOneFieldFarAheadIsToldSo) {
  FakeStudy study;
  study.fields = {{"u", 1}, {"v", 1}};
  study.window_bytes = 2 * 8;  // two samples
  study.timeout = 2;
  serve_and_connect(study);
  ASSERT_EQ(send("u", {1}), WEIR_OK) << last_error();
  ASSERT_EQ(send("u", {2}), WEIR_OK) << last_error();
  EXPECT_EQ(send("u", {3}), WEIR_ERROR_TIMEOUT);
  EXPECT_THAT(last_error(), HasSubstr("field 'v' is 2 steps behind field 'u'"));
}

TEST_F(ClientErrors, ASimulationThatTheServerDoesNotKnowIsRejected) {
  setenv("WEIR_SIM", "5", 1);
  serve(FakeStudy{});
  EXPECT_EQ(weir_init_serial(&client_), WEIR_ERROR_REJECTED);
  EXPECT_THAT(std::string(weir_last_error(nullptr)), HasSubstr("refused simulation 5, attempt 0"));
}

TEST_F(ClientErrors, AValueThatIsNotFiniteIsRejectedByTheServer) {
  FakeStudy study;
  study.fields = {{"u", 1}};
  study.steps = 1;
  serve_and_connect(study);
  ASSERT_EQ(send("u", {std::numeric_limits<double>::quiet_NaN()}), WEIR_OK) << last_error();
  EXPECT_EQ(weir_finalize(&client_), WEIR_ERROR_REJECTED);
  EXPECT_EQ(server_->accepted(), 0u);
}

TEST_F(ClientErrors, EveryStatusHasItsSentence) {
  std::vector<std::string> sentences;
  for (int status = WEIR_OK; status <= WEIR_ERROR_INTERNAL; ++status) {
    sentences.emplace_back(weir_strerror(static_cast<weir_status>(status)));
    EXPECT_FALSE(sentences.back().empty());
  }
  std::sort(sentences.begin(), sentences.end());
  EXPECT_EQ(std::unique(sentences.begin(), sentences.end()), sentences.end());
  EXPECT_STREQ(weir_strerror(static_cast<weir_status>(99)), "this is no status of weir");
}

}  // namespace
}  // namespace weir::test
