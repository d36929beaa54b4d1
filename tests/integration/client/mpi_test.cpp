// All ranks of a client together: what one hears all hear, and where they wait.
#include <chrono>
#include <thread>

#include <gmock/gmock.h>

#include "tests/integration/client/mpi_client.h"

namespace weir::test {
namespace {

using testing::HasSubstr;

TEST_P(MpiClient, AllRanksHearOfOneRanksWrongSize) {
  FakeStudy study;
  study.fields = {{"u", 36}};
  connect(study);
  const std::size_t share = 36 / static_cast<std::size_t>(ranks());
  const bool last = rank() + 1 == ranks();
  EXPECT_EQ(send("u", std::vector<double>(last ? share - 1 : share)), WEIR_ERROR_SIZE);
  EXPECT_THAT(weir_last_error(client_),
              HasSubstr("field 'u': the ranks sent 35 values, the study says 36"));
  EXPECT_EQ(send("u", std::vector<double>(share)), WEIR_ERROR_STATE);
  expect_finalized(WEIR_ERROR_SIZE);
}

TEST_P(MpiClient, AllRanksHearOfOneRanksWrongArgument) {
  FakeStudy study;
  study.fields = {{"u", 36}};
  study.steps = 1;
  connect(study);
  const std::size_t share = 36 / static_cast<std::size_t>(ranks());
  const bool last = rank() + 1 == ranks();
  const std::vector<double> values(share, 2.);
  EXPECT_EQ(weir_send(client_, last ? "w" : "u", values.data(), share), WEIR_ERROR_ARGUMENT);
  const std::string told =
      last ? "no field 'w'; it has 'u'" : "on rank " + std::to_string(ranks() - 1);
  EXPECT_THAT(weir_last_error(client_), HasSubstr(told));
  EXPECT_EQ(weir_send(client_, "u", last ? nullptr : values.data(), share), WEIR_ERROR_ARGUMENT);
  EXPECT_EQ(send("u", values), WEIR_OK)
      << "the wrong calls had no effect: " << weir_last_error(client_);
  expect_finalized(WEIR_OK);
  if (rank() != 0) return;
  EXPECT_EQ(server_->accepted(), 1u);
}

TEST_P(MpiClient, AllRanksHearThatBlocksOverlap) {
  FakeStudy study;
  study.fields = {{"u", 36}};
  connect(study);
  const std::size_t global[] = {4, 9}, local[] = {4, 9}, start[] = {0, 0}, start_behind[] = {1, 0};
  const bool wrong_start = ranks() == 1;
  EXPECT_EQ(weir_subarray(client_, "u", 2, global, local, wrong_start ? start_behind : start),
            WEIR_ERROR_SIZE);
  EXPECT_THAT(weir_last_error(client_), HasSubstr("weir_subarray of field 'u'"));
  expect_finalized(WEIR_ERROR_SIZE);
}

TEST_P(MpiClient, AStepThatIsNotSentWaitsForNoOtherRank) {
  FakeStudy study;
  study.fields = {{"u", 36}};
  study.steps = 2;
  study.stride = 3;
  connect(study);
  const std::vector<double> values(36 / static_cast<std::size_t>(ranks()), 5.);
  EXPECT_EQ(send("u", values), WEIR_OK);
  if (rank() == 0) {
    EXPECT_EQ(send("u", values), WEIR_OK);
    EXPECT_EQ(send("u", {}), WEIR_OK);
  }
  MPI_Barrier(MPI_COMM_WORLD);
  if (rank() != 0) {
    EXPECT_EQ(send("u", values), WEIR_OK);
    EXPECT_EQ(send("u", {}), WEIR_OK);
  }
  EXPECT_EQ(send("u", values), WEIR_OK) << weir_last_error(client_);
  expect_finalized(WEIR_OK);
}

TEST_P(MpiClient, ANullCommunicatorIsAnArgument) {
  EXPECT_EQ(init(MPI_COMM_NULL), WEIR_ERROR_ARGUMENT);
  EXPECT_THAT(weir_last_error(nullptr),
              HasSubstr("weir_init: the communicator is MPI_COMM_NULL; it has to be one that this "
                        "process is in"));
}

TEST_P(MpiClient, AllRanksHaveTheParameters) {
  connect(FakeStudy{});
  double values[2] = {0, 0};
  std::size_t count = 0, step = 99;
  EXPECT_EQ(weir_parameters(client_, 2, values, &count), WEIR_OK);
  EXPECT_THAT(values, testing::ElementsAre(1.5, -2.0));
  EXPECT_EQ(weir_resume_step(client_, &step), WEIR_OK);
  EXPECT_EQ(step, 0u);
  expect_finalized(WEIR_ERROR_STEPS);
  EXPECT_THAT(weir_last_error(nullptr), HasSubstr("sent 0 of 3 steps of field 'u'"));
}

TEST_P(MpiClient, AllRanksHearThatTheEnvironmentIsMissing) {
  const weir_status status = init(MPI_COMM_WORLD);
  EXPECT_EQ(status, WEIR_ERROR_ENVIRONMENT);
  EXPECT_TRUE(same_everywhere(status));
  EXPECT_EQ(client_, nullptr);
  EXPECT_THAT(weir_last_error(nullptr), HasSubstr("WEIR_STUDY_DIR is not set"));
}

TEST_P(MpiClient, AllRanksHearThatTheServerHasNoRoom) {
  FakeStudy study;
  study.fields = {{"u", 36}};
  study.room = 0;
  study.window_bytes = 1;
  study.timeout = 2;
  connect(study);
  const std::vector<double> values(36 / static_cast<std::size_t>(ranks()));
  EXPECT_EQ(send("u", values), WEIR_OK) << "one sample is let in";
  EXPECT_EQ(send("u", values), WEIR_ERROR_TIMEOUT);
  EXPECT_THAT(weir_last_error(client_), HasSubstr("waited 2 s for room"));
  expect_finalized(WEIR_ERROR_TIMEOUT);
}

TEST_P(MpiClient, AllRanksTogetherHoldOneWindow) {
  FakeStudy study;
  study.fields = {{"u", 36}};
  study.steps = 9;
  study.room = 0;
  study.window_bytes = 2 * 36 * sizeof(float);
  study.timeout = 2;
  connect(study);
  const std::vector<double> values(36 / static_cast<std::size_t>(ranks()));
  for (int step = 0; step < 2; ++step) EXPECT_EQ(send("u", values), WEIR_OK) << step;
  EXPECT_EQ(send("u", values), WEIR_ERROR_TIMEOUT);
  expect_finalized(WEIR_ERROR_TIMEOUT);
}

TEST_P(MpiClient, NoRankSendsOfASampleThatAnotherHasNoRoomFor) {
  FakeStudy study;
  study.fields = {{"u", 36}};
  study.steps = 9;
  study.room = 0;
  study.window_bytes = 2 * 36 * sizeof(float);
  study.timeout = 2;
  connect(study);
  const bool last = rank() + 1 == ranks();
  const auto others = static_cast<std::size_t>(ranks()) - 1;
  const std::vector<double> values(last ? 36 - others : 1);  // of two samples more than its share
  EXPECT_EQ(send("u", values), WEIR_OK);
  const bool full = in_parts() && ranks() > 1;
  EXPECT_EQ(send("u", values), full ? WEIR_ERROR_TIMEOUT : WEIR_OK);
  if (full) {
    EXPECT_THAT(weir_last_error(client_),
                HasSubstr(last ? "waited 2 s for room" : "on rank " + std::to_string(others)));
  } else {
    EXPECT_EQ(send("u", values), WEIR_ERROR_TIMEOUT);
  }
  expect_finalized(WEIR_ERROR_TIMEOUT);
}

TEST_P(MpiClient, NoRankTakesLeaveWhileAnotherWaitsForTheServer) {
  FakeStudy study;
  study.fields = {{"u", 36}};
  study.steps = 2;
  study.room = 1;
  connect(study);
  const bool last = rank() + 1 == ranks();
  // In parts the first step is rank 0's alone, the second the last rank's.
  EXPECT_EQ(send("u", std::vector<double>(rank() == 0 ? 36 : 0)), WEIR_OK);
  EXPECT_EQ(send("u", std::vector<double>(last ? 36 : 0)), WEIR_OK);
  std::thread serve;
  if (rank() == 0) {
    serve = std::thread([this] {
      const auto deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(300);
      while (server_->ended() == 0 && std::chrono::steady_clock::now() < deadline)
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
      EXPECT_EQ(server_->ended(), 0u);
      server_->rank(0).give_room(1);
    });
  }
  expect_finalized(WEIR_OK);
  if (serve.joinable()) serve.join();
}

TEST_P(MpiClient, AllRanksSayTheSameTime) {
  FakeStudy study;
  study.fields = {{"u", 36}};
  study.steps = 1;
  study.times = true;
  connect(study);
  const std::vector<double> values(36 / static_cast<std::size_t>(ranks()));
  const bool alone = ranks() == 1;
  EXPECT_EQ(weir_time(client_, 1.5 + (alone ? 0 : rank())), WEIR_OK);
  EXPECT_EQ(send("u", values), alone ? WEIR_OK : WEIR_ERROR_ARGUMENT);
  if (!alone) {
    EXPECT_THAT(weir_last_error(client_), HasSubstr("weir_time: rank 1 says 2.5, rank 0 1.5"));
    EXPECT_EQ(weir_time(client_, 1.5), WEIR_OK);
    EXPECT_EQ(send("u", values), WEIR_OK);
  }
  expect_finalized(WEIR_OK);
  if (rank() != 0) return;
  EXPECT_EQ(server_->time({0, 0}), 1.5);
}

TEST_P(MpiClient, AllRanksGoOnFromADurableStep) {
  FakeStudy study;
  study.fields = {{"u", 36}};
  study.steps = 6;
  study.ranks = 2;
  if (rank() == 0) {
    setenv("WEIR_STUDY_DIR", folder_.path().c_str(), 1);
    setenv("WEIR_SIM", "0", 1);
    server_ = std::make_unique<FakeServer>(folder_.path(), study);
    for (const std::uint64_t step : {0, 1, 2, 4}) server_->rank(step % 2).hold({0, step});
    for (const std::size_t server_rank : {0, 1}) server_->rank(server_rank).publish();
  }
  ASSERT_EQ(init(MPI_COMM_WORLD), WEIR_OK) << weir_last_error(nullptr);
  std::size_t resume = 0;
  EXPECT_EQ(weir_resume_step(client_, &resume), WEIR_OK);
  EXPECT_EQ(resume, 3u);
  EXPECT_EQ(weir_start_at(client_, 4), WEIR_ERROR_ARGUMENT);
  EXPECT_EQ(weir_start_at(client_, 2), WEIR_OK) << weir_last_error(client_);
  for (int step = 2; step < 6; ++step) {
    const std::vector<double> values(36 / static_cast<std::size_t>(ranks()), step);
    EXPECT_EQ(send("u", values), WEIR_OK) << weir_last_error(client_);
  }
  expect_finalized(WEIR_OK);
  if (rank() != 0) return;
  EXPECT_EQ(server_->accepted(), 6u);
  EXPECT_EQ(server_->sample({0, 5}).value(), std::vector<float>(36, 5));
  EXPECT_TRUE(server_->sample({0, 4}).value().empty()) << "it was held, and not sent again";
}

INSTANTIATE_TEST_SUITE_P(Delivery, MpiClient, testing::Values(false, true), [](const auto& of) {
  return std::string(of.param ? "InParts" : "Gathered");
});

}  // namespace
}  // namespace weir::test

int main(int argc, char** argv) {
  MPI_Init(&argc, &argv);
  testing::InitGoogleTest(&argc, argv);
  const int result = RUN_ALL_TESTS();
  MPI_Finalize();
  return result;
}
