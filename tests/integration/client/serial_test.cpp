// The client without MPI, against a server that takes everything.
#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <numeric>

#include <gmock/gmock.h>
#include <sched.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/integration/client/serial_fixture.h"

namespace weir::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Optional;

TEST_F(SerialClientTest, SendsEveryStepAsFp32) {
  FakeStudy study;
  study.fields = {{"u", 2}};
  study.steps = 3;
  serve_and_connect(study);
  for (const double step : {0., 1., 2.}) ASSERT_EQ(send("u", {step, 0.1}), WEIR_OK) << last_error();
  EXPECT_EQ(weir_finalize(&client_), WEIR_OK) << weir_last_error(nullptr);
  EXPECT_EQ(client_, nullptr);
  EXPECT_THAT(server_->sample({0, 0}), Optional(ElementsAre(0.f, 0.1f)));
  EXPECT_THAT(server_->sample({0, 2}), Optional(ElementsAre(2.f, 0.1f)));
}

TEST_F(SerialClientTest, SendsEachStepToItsServerRank) {
  FakeStudy study;
  study.ranks = 3;
  study.steps = 6;
  study.simulations = 8;
  setenv("WEIR_SIM", "7", 1);
  serve_and_connect(study);
  for (int step = 0; step < 6; ++step)
    ASSERT_EQ(send("u", std::vector<double>(12, step)), WEIR_OK) << last_error();
  EXPECT_EQ(weir_finalize(&client_), WEIR_OK) << weir_last_error(nullptr);
  for (std::uint64_t step = 0; step < 6; ++step) {
    const auto sample = server_->rank((7 + step) % 3).sample({7, step});
    ASSERT_TRUE(sample) << "step " << step;
    EXPECT_EQ(sample->at(11), static_cast<float>(step));
  }
}

TEST_F(SerialClientTest, AssemblesASampleOfSeveralFields) {
  FakeStudy study;
  study.fields = {{"u", 2}, {"v", 1}};
  study.steps = 2;
  serve_and_connect(study);
  ASSERT_EQ(send("u", {1, 2}), WEIR_OK) << last_error();
  ASSERT_EQ(send("u", {3, 4}), WEIR_OK) << last_error();  // a step ahead of v
  ASSERT_EQ(send("v", {5}), WEIR_OK) << last_error();
  ASSERT_EQ(send("v", {6}), WEIR_OK) << last_error();
  EXPECT_EQ(weir_finalize(&client_), WEIR_OK) << weir_last_error(nullptr);
  EXPECT_THAT(server_->sample({0, 0}), Optional(ElementsAre(1, 2, 5)));
  EXPECT_THAT(server_->sample({0, 1}), Optional(ElementsAre(3, 4, 6)));
}

/// Threads of this process by that name.
std::vector<pid_t> threads_named(const std::string& name) {
  std::vector<pid_t> found;
  for (const auto& task : std::filesystem::directory_iterator("/proc/self/task")) {
    std::string is;
    std::ifstream(task.path() / "comm") >> is;
    if (is == name) found.push_back(std::stoi(task.path().filename()));
  }
  return found;
}

TEST_F(SerialClientTest, ItsThreadInterruptsNoSolverThatComputes) {
  serve_and_connect({});
  const auto threads = threads_named("weir-client");
  ASSERT_EQ(threads.size(), 1u);
  EXPECT_EQ(sched_getscheduler(threads[0]), SCHED_BATCH);
  EXPECT_EQ(sched_getscheduler(/*this thread*/ 0), SCHED_OTHER) << "the solver's is its own affair";
}

TEST_F(SerialClientTest, SendsAFieldOfSeveralChunks) {
  FakeStudy study;
  study.fields = {{"u", (5u << 20) / 4 + 3}};  // a little more than 5 MiB
  study.steps = 1;
  study.window_bytes = 1;  // one sample is let in all the same
  serve_and_connect(study);
  std::vector<double> values(study.fields[0].size);
  std::iota(values.begin(), values.end(), 0.);
  ASSERT_EQ(send("u", values), WEIR_OK) << last_error();
  EXPECT_EQ(weir_finalize(&client_), WEIR_OK) << weir_last_error(nullptr);
  const auto sample = server_->sample({0, 0});
  ASSERT_TRUE(sample);
  EXPECT_TRUE(std::equal(sample->begin(), sample->end(), values.begin(), values.end()));
}

TEST_F(SerialClientTest, LetsTheSolverOverwriteItsBufferAtOnce) {
  FakeStudy study;
  study.fields = {{"u", 1000}};
  study.steps = 50;
  serve_and_connect(study);
  std::vector<float> buffer(1000);
  for (int step = 0; step < 50; ++step) {
    std::fill(buffer.begin(), buffer.end(), static_cast<float>(step));
    ASSERT_EQ(weir_send_float(client_, "u", buffer.data(), buffer.size()), WEIR_OK) << last_error();
    std::fill(buffer.begin(), buffer.end(), -1.f);
  }
  EXPECT_EQ(weir_finalize(&client_), WEIR_OK) << weir_last_error(nullptr);
  for (std::uint64_t step = 0; step < 50; ++step) {
    EXPECT_THAT(server_->sample({0, step}), Optional(testing::Each(static_cast<float>(step))));
  }
}

TEST_F(SerialClientTest, TellsTheParametersOfItsSimulation) {
  serve_and_connect(FakeStudy{});
  double values[3] = {0, 0, 77};
  std::size_t count = 0;
  EXPECT_EQ(weir_parameters(client_, 3, values, &count), WEIR_OK);
  EXPECT_EQ(count, 2u);
  EXPECT_THAT(values, ElementsAre(1.5, -2.0, 77));
  EXPECT_EQ(weir_parameters(client_, 0, nullptr, &count), WEIR_OK);
  EXPECT_EQ(weir_parameters(client_, 1, values, &count), WEIR_ERROR_ARGUMENT);
  EXPECT_THAT(last_error(), HasSubstr("the capacity is 1, the study has 2"));
  std::size_t step = 99;
  EXPECT_EQ(weir_resume_step(client_, &step), WEIR_OK);
  EXPECT_EQ(step, 0u);
}

TEST_F(SerialClientTest, CountsStepsThatTheServerHasWithoutSendingThem) {
  FakeStudy study;
  study.fields = {{"u", 1}};
  study.steps = 3;
  serve(study);
  server_->rank(0).hold({0, 1});
  ASSERT_EQ(weir_init_serial(&client_), WEIR_OK) << weir_last_error(nullptr);
  for (const double step : {10., 11., 12.}) ASSERT_EQ(send("u", {step}), WEIR_OK) << last_error();
  EXPECT_EQ(weir_finalize(&client_), WEIR_OK) << weir_last_error(nullptr);
  EXPECT_THAT(server_->sample({0, 0}), Optional(ElementsAre(10)));
  EXPECT_THAT(server_->sample({0, 1}), Optional(testing::IsEmpty()));  // as it was held
  EXPECT_THAT(server_->sample({0, 2}), Optional(ElementsAre(12)));
}

TEST_F(SerialClientTest, TakesASubarrayThatIsTheWhole) {
  FakeStudy study;
  study.fields = {{"u", 4}};
  study.steps = 1;
  serve_and_connect(study);
  const std::size_t extents[] = {2, 2}, start[] = {0, 0};
  EXPECT_EQ(weir_subarray(client_, "u", 2, extents, extents, start), WEIR_OK) << last_error();
  ASSERT_EQ(send("u", {1, 2, 3, 4}), WEIR_OK) << last_error();
  EXPECT_EQ(weir_subarray(client_, "u", 2, extents, extents, start), WEIR_ERROR_ARGUMENT);
  EXPECT_THAT(last_error(), HasSubstr("after its first weir_send"));
  EXPECT_EQ(weir_subarray(client_, "u", 2, extents, nullptr, start), WEIR_ERROR_ARGUMENT);
  EXPECT_EQ(weir_finalize(&client_), WEIR_OK) << weir_last_error(nullptr);
  EXPECT_THAT(server_->sample({0, 0}), Optional(ElementsAre(1, 2, 3, 4)));
}

TEST_F(SerialClientTest, AForkedChildCannotUseItsParentsClient) {
  serve_and_connect(FakeStudy{});
  const pid_t child = fork();
  if (child == 0) {
    const std::vector<double> values(12);
    const bool refused =
        send("u", values) == WEIR_ERROR_STATE && weir_finalize(&client_) == WEIR_ERROR_STATE;
    _exit(refused && client_ == nullptr ? 0 : 1);
  }
  int status = -1;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
}

/// STALLED_PROGRAM sends steps of 1 MiB that the server has no room for, and ends with `how`.
int run_stalled(const char* how) {
  char* const command[] = {const_cast<char*>(STALLED_PROGRAM), const_cast<char*>(how), nullptr};
  pid_t child = 0;
  int status = -1;
  if (posix_spawn(&child, STALLED_PROGRAM, nullptr, nullptr, command, environ) != 0) return -1;
  return waitpid(child, &status, 0) == child ? status : -1;
}

FakeStudy stalled_study() {
  FakeStudy study;
  study.fields = {{"u", 1 << 18}};  // 1 MiB
  study.steps = 1000;
  study.room = 0;
  study.window_bytes = 32 << 20;
  study.timeout = 2;
  return study;
}

TEST_F(SerialClientTest, AProgramThatExitsWithoutFinalizeEnds) {
  serve(stalled_study());
  EXPECT_EQ(run_stalled("exit"), 0);
}

TEST_F(SerialClientTest, AProgramWhoseServerStallsStaysWithinItsMemory) {
  serve(stalled_study());
  EXPECT_EQ(run_stalled("measure"), 0);
}

}  // namespace
}  // namespace weir::test
