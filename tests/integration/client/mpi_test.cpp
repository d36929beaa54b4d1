// The client on 1 to 4 MPI ranks, gathered and in parts. The server runs in rank 0's process.
#include <weir/client.h>

#include <chrono>
#include <memory>
#include <string>
#include <thread>
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
class MpiClient : public testing::TestWithParam<bool> {
 protected:
  static bool in_parts() { return GetParam(); }
  weir_status init(MPI_Comm comm) {
    return in_parts() ? weir_init_parts(comm, &client_) : weir_init(comm, &client_);
  }
  void connect(const FakeStudy& study) {
    if (rank() == 0) {
      setenv("WEIR_STUDY_DIR", folder_.path().c_str(), 1);
      setenv("WEIR_SIM", "0", 1);
      server_ = std::make_unique<FakeServer>(folder_.path(), study);
    }
    ASSERT_EQ(init(MPI_COMM_WORLD), WEIR_OK) << weir_last_error(nullptr);
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

TEST_P(MpiClient, GathersUnevenPartsInRankOrderWithRankZeroEmpty) {
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
TEST_P(MpiClient, SubarraysMakeTheSameFieldOnAnyNumberOfRanks) {
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
  study.timeout = 0.5;
  connect(study);
  const std::vector<double> values(36 / static_cast<std::size_t>(ranks()));
  EXPECT_EQ(send("u", values), WEIR_OK) << "one sample is let in";
  EXPECT_EQ(send("u", values), WEIR_ERROR_TIMEOUT);
  EXPECT_THAT(weir_last_error(client_), HasSubstr("waited 0.5 s for room"));
  expect_finalized(WEIR_ERROR_TIMEOUT);
}

TEST_P(MpiClient, AllRanksTogetherHoldOneWindow) {
  FakeStudy study;
  study.fields = {{"u", 36}};
  study.steps = 9;
  study.room = 0;
  study.window_bytes = 2 * 36 * sizeof(float);
  study.timeout = 0.5;
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
  study.timeout = 0.5;
  connect(study);
  const bool last = rank() + 1 == ranks();
  const auto others = static_cast<std::size_t>(ranks()) - 1;
  const std::vector<double> values(last ? 36 - others : 1);  // of two samples more than its share
  EXPECT_EQ(send("u", values), WEIR_OK);
  const bool full = in_parts() && ranks() > 1;
  EXPECT_EQ(send("u", values), full ? WEIR_ERROR_TIMEOUT : WEIR_OK);
  if (full) {
    EXPECT_THAT(weir_last_error(client_),
                HasSubstr(last ? "waited 0.5 s for room" : "on rank " + std::to_string(others)));
  } else {
    EXPECT_EQ(send("u", values), WEIR_ERROR_TIMEOUT);
  }
  expect_finalized(WEIR_ERROR_TIMEOUT);
}

TEST_P(MpiClient, PutsSharesThatChangeFromStepToStepInRankOrder) {
  constexpr std::size_t total = 30;
  FakeStudy study;
  study.fields = {{"u", total}};
  study.steps = 6;
  connect(study);
  for (int step = 0; step < 6; ++step) {
    // All of it on one rank, another one at each step, but for a value on the first and the last.
    const bool most = step % ranks() == rank();
    std::vector<double> part(most ? total - static_cast<std::size_t>(ranks() - 1) : 1, rank());
    EXPECT_EQ(send("u", part), WEIR_OK) << weir_last_error(client_);
  }
  expect_finalized(WEIR_OK);
  if (rank() != 0) return;
  for (std::uint64_t step = 0; step < 6; ++step) {
    const auto sample = server_->sample({0, step});
    ASSERT_TRUE(sample) << "step " << step;
    std::vector<float> expected;
    for (int from = 0; from < ranks(); ++from) {
      const bool most = static_cast<int>(step) % ranks() == from;
      expected.insert(expected.end(), most ? total - static_cast<std::size_t>(ranks() - 1) : 1,
                      static_cast<float>(from));
    }
    EXPECT_EQ(*sample, expected) << "step " << step;
  }
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

/// Four fields of different shapes; of each, rank r of R has a share along the axis that is given,
/// or the last rank has all of it.
struct ShapedField {
  const char* name;
  std::vector<std::size_t> shape;
  std::size_t axis;
};
const std::vector<ShapedField> shaped_fields = {
    {"u", {6, 8, 10}, 1}, {"v", {6, 8, 10}, 2}, {"w", {5, 7}, 0}, {"p", {1}, 0}};

std::size_t size_of(const std::vector<std::size_t>& shape) {
  std::size_t size = 1;
  for (const auto extent : shape) size *= extent;
  return size;
}

/// The value at a place of a field that counts its values, offset so that each step has others.
double shaped_value(std::size_t field, int step, std::size_t place) {
  return 1e6 * static_cast<double>(field) + 1e4 * step + static_cast<double>(place);
}

struct ShapedBlock {
  std::vector<std::size_t> extent, start;
};

ShapedBlock block_of(const ShapedField& field) {
  const auto me = static_cast<std::size_t>(rank()), all = static_cast<std::size_t>(ranks());
  ShapedBlock block{field.shape, std::vector<std::size_t>(field.shape.size())};
  const std::size_t extent = field.shape[field.axis];
  block.start[field.axis] = extent * me / all;
  block.extent[field.axis] = extent * (me + 1) / all - block.start[field.axis];
  return block;
}

/// The block's values, row-major.
std::vector<double> values_of(const ShapedField& field, std::size_t index, int step) {
  const ShapedBlock block = block_of(field);
  std::vector<double> values;
  for (std::size_t k = 0; k < size_of(field.shape); ++k) {
    std::size_t rest = k;
    bool inside = true;
    for (std::size_t axis = field.shape.size(); axis-- > 0;) {
      const std::size_t at = rest % field.shape[axis];
      rest /= field.shape[axis];
      inside = inside && at >= block.start[axis] && at < block.start[axis] + block.extent[axis];
    }
    if (inside) values.push_back(shaped_value(index, step, k));
  }
  return values;
}

TEST_P(MpiClient, SendsFieldsOfDifferentShapesToSeveralServerRanks) {
  FakeStudy study;
  study.fields.clear();
  for (const auto& field : shaped_fields)
    study.fields.push_back({field.name, size_of(field.shape)});
  study.steps = 5;
  study.ranks = 2;
  connect(study);
  for (const auto& field : shaped_fields) {
    const ShapedBlock block = block_of(field);
    EXPECT_EQ(weir_subarray(client_, field.name, field.shape.size(), field.shape.data(),
                            block.extent.data(), block.start.data()),
              WEIR_OK)
        << weir_last_error(client_);
  }
  for (int step = 0; step < 5; ++step) {
    for (std::size_t f = 0; f < shaped_fields.size(); ++f) {
      EXPECT_EQ(send(shaped_fields[f].name, values_of(shaped_fields[f], f, step)), WEIR_OK)
          << weir_last_error(client_);
    }
  }
  expect_finalized(WEIR_OK);
  if (rank() != 0) return;
  for (int step = 0; step < 5; ++step) {
    const auto sample = server_->sample({0, static_cast<std::uint64_t>(step)});
    ASSERT_TRUE(sample) << "step " << step;
    std::size_t at = 0;
    for (std::size_t f = 0; f < shaped_fields.size(); ++f) {
      for (std::size_t k = 0; k < size_of(shaped_fields[f].shape); ++k) {
        ASSERT_EQ((*sample)[at++], static_cast<float>(shaped_value(f, step, k)))
            << shaped_fields[f].name << " value " << k << " of step " << step;
      }
    }
  }
}

TEST_P(MpiClient, SendsAFieldOfManyChunks) {
  const std::size_t rows = 700, columns = 6000;  // 16 MiB: each rank's columns are several chunks
  FakeStudy study;
  study.fields = {{"u", rows * columns}, {"v", rows * columns}};
  study.steps = 1;
  study.window_bytes = 1;  // one sample is let in all the same
  connect(study);
  const auto me = static_cast<std::size_t>(rank()), all = static_cast<std::size_t>(ranks());
  const std::size_t first = columns * me / all, own = columns * (me + 1) / all - first;
  const std::size_t global[] = {rows, columns}, local[] = {rows, own}, start[] = {0, first};
  EXPECT_EQ(weir_subarray(client_, "u", 2, global, local, start), WEIR_OK)
      << weir_last_error(client_);
  std::vector<float> block, share;
  for (std::size_t row = 0; row < rows; ++row) {
    for (std::size_t column = first; column < first + own; ++column)
      block.push_back(static_cast<float>(row * columns + column));
  }
  const std::size_t total = rows * columns;
  for (std::size_t k = total * me / all; k < total * (me + 1) / all; ++k)
    share.push_back(static_cast<float>(k));
  EXPECT_EQ(weir_send_float(client_, "u", block.data(), block.size()), WEIR_OK);
  EXPECT_EQ(weir_send_float(client_, "v", share.data(), share.size()), WEIR_OK);
  expect_finalized(WEIR_OK);
  if (rank() != 0) return;
  const auto sample = server_->sample({0, 0});
  ASSERT_TRUE(sample);
  std::size_t wrong = 0;
  for (std::size_t k = 0; k < sample->size(); ++k)
    wrong += (*sample)[k] != static_cast<float>(k % total);
  EXPECT_EQ(wrong, 0u);
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
