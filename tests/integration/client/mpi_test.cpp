// The client on 1, 2 and 4 MPI ranks. The server runs in rank 0's process.
#include <weir/client.h>

#include <memory>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <mpi.h>
#include <stdlib.h>

#include "tests/support/fake_server.h"
#include "tests/support/temporary_folder.h"

namespace weir::test {
namespace {

using testing::HasSubstr;

int rank() {
  int value = 0;
  MPI_Comm_rank(MPI_COMM_WORLD, &value);
  return value;
}

int ranks() {
  int value = 0;
  MPI_Comm_size(MPI_COMM_WORLD, &value);
  return value;
}

/// Whether all ranks have the value of rank 0.
bool same_everywhere(int value) {
  int least = 0, most = 0;
  MPI_Allreduce(&value, &least, 1, MPI_INT, MPI_MIN, MPI_COMM_WORLD);
  MPI_Allreduce(&value, &most, 1, MPI_INT, MPI_MAX, MPI_COMM_WORLD);
  return least == most;
}

/// Every test's body runs on all ranks; what the server received is checked on rank 0.
class MpiClient : public testing::Test {
 protected:
  void connect(const FakeStudy& study) {
    if (rank() == 0) {
      setenv("WEIR_STUDY_DIR", folder_.path().c_str(), 1);
      setenv("WEIR_SIM", "0", 1);
      server_ = std::make_unique<FakeServer>(folder_.path(), study);
    }
    ASSERT_EQ(weir_init(MPI_COMM_WORLD, &client_), WEIR_OK) << weir_last_error(nullptr);
  }
  void TearDown() override {
    if (client_ != nullptr) weir_finalize(&client_);
    MPI_Barrier(MPI_COMM_WORLD);
    unsetenv("WEIR_STUDY_DIR");
    unsetenv("WEIR_SIM");
  }
  weir_status send(const std::string& field, const std::vector<double>& values) {
    return weir_send(client_, field.c_str(), values.data(), values.size());
  }
  void expect_finalized(weir_status expected) {
    EXPECT_EQ(weir_finalize(&client_), expected) << weir_last_error(nullptr);
    EXPECT_EQ(client_, nullptr);
  }

  TemporaryFolder folder_;
  std::unique_ptr<FakeServer> server_;  // on rank 0
  weir_client* client_ = nullptr;
};

/// Rank r's part of a field that is divided unevenly: r has r parts of 6 values, the last rank the
/// rest.
std::vector<double> uneven_part(std::size_t total, double offset) {
  const auto me = static_cast<std::size_t>(rank());
  const std::size_t first = 6 * (me * (me - 1) / 2);
  const std::size_t last = rank() + 1 == ranks() ? total : first + 6 * me;
  std::vector<double> values;
  for (std::size_t i = first; i < last; ++i) values.push_back(offset + static_cast<double>(i));
  return values;
}

TEST_F(MpiClient, GathersUnevenPartsInRankOrderWithRankZeroEmpty) {
  constexpr std::size_t total = 50;
  FakeStudy study;
  study.fields = {{"u", total}};
  study.steps = 4;
  study.ranks = 2;
  connect(study);
  for (int step = 0; step < 4; ++step)
    EXPECT_EQ(send("u", uneven_part(total, 100. * step)), WEIR_OK);
  expect_finalized(WEIR_OK);
  if (rank() != 0) return;
  for (std::uint64_t step = 0; step < 4; ++step) {
    const auto sample = server_->sample({0, step});
    ASSERT_TRUE(sample) << "step " << step;
    for (std::size_t i = 0; i < total; ++i)
      EXPECT_EQ((*sample)[i], 100.f * static_cast<float>(step) + static_cast<float>(i));
  }
}

/// Rank r of R has the columns [12 r / R, 12 (r + 1) / R) of a 5 × 12 array.
TEST_F(MpiClient, SubarraysMakeTheSameFieldOnAnyNumberOfRanks) {
  FakeStudy study;
  study.fields = {{"u", 60}, {"v", 1}};
  study.steps = 2;
  connect(study);
  const auto me = static_cast<std::size_t>(rank()), all = static_cast<std::size_t>(ranks());
  const std::size_t first = 12 * me / all, columns = 12 * (me + 1) / all - first;
  const std::size_t global[] = {5, 12}, local[] = {5, columns}, start[] = {0, first};
  EXPECT_EQ(weir_subarray(client_, "u", 2, global, local, start), WEIR_OK)
      << weir_last_error(client_);
  for (int step = 0; step < 2; ++step) {
    std::vector<float> block;
    for (std::size_t row = 0; row < 5; ++row) {
      for (std::size_t column = first; column < first + columns; ++column) {
        block.push_back(1000.f * static_cast<float>(step) + static_cast<float>(12 * row + column));
      }
    }
    EXPECT_EQ(weir_send_float(client_, "u", block.data(), block.size()), WEIR_OK)
        << weir_last_error(client_);
    EXPECT_EQ(send("v", std::vector<double>(rank() + 1 == ranks() ? 1 : 0, 7.)), WEIR_OK);
  }
  expect_finalized(WEIR_OK);
  if (rank() != 0) return;
  const auto sample = server_->sample({0, 1});
  ASSERT_TRUE(sample);
  for (std::size_t i = 0; i < 60; ++i) EXPECT_EQ((*sample)[i], 1000.f + static_cast<float>(i));
  EXPECT_EQ(sample->back(), 7.f);
}

TEST_F(MpiClient, AllRanksHearOfOneRanksWrongSize) {
  FakeStudy study;
  study.fields = {{"u", 40}};
  connect(study);
  const std::size_t share = 40 / static_cast<std::size_t>(ranks());
  const bool last = rank() + 1 == ranks();
  EXPECT_EQ(send("u", std::vector<double>(last ? share - 1 : share)), WEIR_ERROR_SIZE);
  EXPECT_THAT(weir_last_error(client_),
              HasSubstr("field 'u': the ranks sent 39 values, the study says 40"));
  EXPECT_EQ(send("u", std::vector<double>(share)), WEIR_ERROR_STATE);
  expect_finalized(WEIR_ERROR_SIZE);
}

TEST_F(MpiClient, AllRanksHearOfOneRanksWrongArgument) {
  FakeStudy study;
  study.fields = {{"u", 40}};
  study.steps = 1;
  connect(study);
  const std::size_t share = 40 / static_cast<std::size_t>(ranks());
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

TEST_F(MpiClient, AllRanksHearThatBlocksOverlap) {
  FakeStudy study;
  study.fields = {{"u", 40}};
  connect(study);
  const std::size_t global[] = {4, 10}, local[] = {4, 10}, start[] = {0, 0},
                    start_behind[] = {1, 0};
  const bool wrong_start = ranks() == 1;
  EXPECT_EQ(weir_subarray(client_, "u", 2, global, local, wrong_start ? start_behind : start),
            WEIR_ERROR_SIZE);
  EXPECT_THAT(weir_last_error(client_), HasSubstr("weir_subarray of field 'u'"));
  expect_finalized(WEIR_ERROR_SIZE);
}

TEST_F(MpiClient, AStepThatIsNotSentWaitsForNoOtherRank) {
  FakeStudy study;
  study.fields = {{"u", 40}};
  study.steps = 2;
  study.stride = 3;
  connect(study);
  const std::vector<double> values(40 / static_cast<std::size_t>(ranks()), 5.);
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

TEST_F(MpiClient, ANullCommunicatorIsAnArgument) {
  EXPECT_EQ(weir_init(MPI_COMM_NULL, &client_), WEIR_ERROR_ARGUMENT);
  EXPECT_THAT(weir_last_error(nullptr),
              HasSubstr("weir_init: the communicator is MPI_COMM_NULL; it has to be one that this "
                        "process is in"));
}

TEST_F(MpiClient, AllRanksHaveTheParameters) {
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

TEST_F(MpiClient, AllRanksHearThatTheEnvironmentIsMissing) {
  const weir_status status = weir_init(MPI_COMM_WORLD, &client_);
  EXPECT_EQ(status, WEIR_ERROR_ENVIRONMENT);
  EXPECT_TRUE(same_everywhere(status));
  EXPECT_EQ(client_, nullptr);
  EXPECT_THAT(weir_last_error(nullptr), HasSubstr("WEIR_STUDY_DIR is not set"));
}

TEST_F(MpiClient, AllRanksHearThatTheServerHasNoRoom) {
  FakeStudy study;
  study.fields = {{"u", 40}};
  study.room = 0;
  study.window_bytes = 1;
  study.timeout = 0.5;
  connect(study);
  const std::vector<double> values(40 / static_cast<std::size_t>(ranks()));
  EXPECT_EQ(send("u", values), WEIR_OK) << "one sample is let in";
  EXPECT_EQ(send("u", values), WEIR_ERROR_TIMEOUT);
  EXPECT_THAT(weir_last_error(client_), HasSubstr("waited 0.5 s for room"));
  expect_finalized(WEIR_ERROR_TIMEOUT);
}

}  // namespace
}  // namespace weir::test

int main(int argc, char** argv) {
  MPI_Init(&argc, &argv);
  testing::InitGoogleTest(&argc, argv);
  const int result = RUN_ALL_TESTS();
  MPI_Finalize();
  return result;
}
