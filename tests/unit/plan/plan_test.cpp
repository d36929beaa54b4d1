// The model of a study, against cases that are counted by hand, and what must hold for all.

#include "src/plan/plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "src/core/error.h"

namespace weir {
namespace {

using ::testing::HasSubstr;

/// A client whose ten steps of a second each a trainer takes one by one.
PlanInput one_client() {
  PlanInput input;
  input.simulations = 1;
  input.steps = 10;
  input.clients = 1;
  input.step_seconds = 1;
  input.sample_bytes = 100;
  input.buffer = BufferKind::fifo;
  input.capacity = 10;
  input.batch = 1;
  input.train_seconds = 0.25;
  return input;
}

/// Some hundred samples through each part of the model.
PlanInput busy_study(BufferKind kind) {
  PlanInput input;
  input.simulations = 23;
  input.steps = 17;
  input.clients = 5;
  input.queue_seconds = 0.7;
  input.start_seconds = 0.4;
  input.step_seconds = 0.11;
  input.sample_bytes = 1000;
  input.window = 3;
  input.ranks = 2;
  input.buffer = kind;
  input.capacity = 30;
  input.watermark = 12;
  input.batch = 4;
  input.train_seconds = 0.13;
  input.inflight = 6;
  input.ingest_rate = 40e3;
  input.link_rate = 60e3;
  return input;
}

constexpr BufferKind every_kind[] = {BufferKind::fifo, BufferKind::firo, BufferKind::reservoir};

TEST(PlanTest, TrainerThatIsFasterThanTheSolverWaitsForEachSample) {
  const auto result = plan_study(one_client());
  EXPECT_DOUBLE_EQ(result.first_batch, 1);
  EXPECT_DOUBLE_EQ(result.reception, 10);
  EXPECT_DOUBLE_EQ(result.duration, 10.25);
  EXPECT_EQ(result.batches, 10u);
  EXPECT_EQ(result.trained, 10u);
  EXPECT_DOUBLE_EQ(result.idle, 1 - 2.5 / 9.25);
  EXPECT_DOUBLE_EQ(result.samples_per_second, 10 / 9.25);
  EXPECT_DOUBLE_EQ(result.waiting, 0);
  EXPECT_DOUBLE_EQ(result.ingest_mean, 100);
  EXPECT_EQ(result.bound_by, Resource::solvers);
  EXPECT_DOUBLE_EQ(result.needs.solvers, 10);
  EXPECT_DOUBLE_EQ(result.needs.training, 2.5);
}

/// Draw k is at 2k - 1 s, and sample n needs the slot of sample n - 2: the tenth is accepted at 15
/// s.
TEST(PlanTest, SolverWaitsForATrainerThatIsSlowerAndItsFullBuffer) {
  auto input = one_client();
  input.train_seconds = 2;
  input.capacity = 2;
  const auto result = plan_study(input);
  EXPECT_DOUBLE_EQ(result.duration, 21);
  EXPECT_DOUBLE_EQ(result.idle, 0);
  EXPECT_DOUBLE_EQ(result.reception, 15);
  EXPECT_DOUBLE_EQ(result.waiting, 5.0 / 15);
  EXPECT_DOUBLE_EQ(result.core_hours, 15.0 / 3600);
  EXPECT_EQ(result.trained, 10u);
  EXPECT_EQ(result.bound_by, Resource::training);
}

TEST(PlanTest, LargerWindowLetsTheSolverEndSoonerItsSamplesAreAcceptedAtTheSameTime) {
  auto input = one_client();
  input.train_seconds = 2;
  input.capacity = 2;
  input.window = 10;
  EXPECT_DOUBLE_EQ(plan_study(input).reception, 15);
}

/// Draws of two at 5, 5.3, …, 9.8 s: 17. The ten samples that are left at 10 s are removed by five.
TEST(PlanTest, ReservoirBeginsAtItsWatermarkRepeatsSamplesAndIsEmptiedAtTheEnd) {
  auto input = one_client();
  input.buffer = BufferKind::reservoir;
  input.watermark = 5;
  input.batch = 2;
  input.train_seconds = 0.3;
  const auto result = plan_study(input);
  EXPECT_DOUBLE_EQ(result.first_batch, 5);
  EXPECT_EQ(result.batches, 17u + 5u);
  EXPECT_EQ(result.trained, 34u + 10u);
  EXPECT_DOUBLE_EQ(result.repeats, 4.4);
  EXPECT_NEAR(result.duration, 5 + 22 * 0.3, 1e-9);
  EXPECT_NEAR(result.idle, 0, 1e-9);
}

TEST(PlanTest, LastBatchOfAFifoIsSmaller) {
  auto input = one_client();
  input.steps = input.capacity = input.watermark = 7;
  input.batch = 4;
  const auto result = plan_study(input);
  EXPECT_EQ(result.batches, 2u);
  EXPECT_EQ(result.trained, 7u);
  EXPECT_DOUBLE_EQ(result.duration, 7.5);
}

TEST(PlanTest, SimulationsRunInWavesWithTheirQueueAndTheirStart) {
  auto input = one_client();
  input.simulations = 5;
  input.clients = 2;
  input.steps = 2;
  input.queue_seconds = 3;
  input.start_seconds = 1;
  input.cores_per_client = 7200;
  const auto result = plan_study(input);
  EXPECT_DOUBLE_EQ(result.reception, 3 * (3 + 1 + 2));
  EXPECT_DOUBLE_EQ(result.needs.solvers, 18);
  EXPECT_DOUBLE_EQ(result.core_hours, 2 * 5 * (1 + 2));  // a queue costs nothing
}

TEST(PlanTest, LinkThatIsTooNarrowSetsThePaceAndSolversWait) {
  auto input = one_client();
  input.simulations = input.clients = 4;
  input.steps = 5;
  input.step_seconds = 0.5;
  input.link_rate = 100;  // a sample a second
  for (const std::uint64_t inflight : {1, 10}) {
    input.inflight = inflight;
    const auto result = plan_study(input);
    EXPECT_DOUBLE_EQ(result.reception, 0.5 + 20);
    EXPECT_EQ(result.bound_by, Resource::link);
    EXPECT_DOUBLE_EQ(result.needs.link, 20);
    EXPECT_GT(result.waiting, 0.5);
  }
}

TEST(PlanTest, RanksReceiveAndTrainTogether) {
  auto input = one_client();
  input.simulations = input.clients = 4;
  input.step_seconds = 0.001;
  input.ingest_rate = 100;
  input.window = 10;
  input.inflight = 10;
  const double alone = plan_study(input).reception;
  input.ranks = 2;
  const auto two = plan_study(input);
  EXPECT_NEAR(alone, 40, 0.1);
  EXPECT_NEAR(two.reception, 20, 0.1);
  EXPECT_EQ(two.bound_by, Resource::ingest);
  EXPECT_DOUBLE_EQ(two.needs.training, 20 * 0.25);
}

TEST(PlanTest, CostsAreOfTheWholeTime) {
  auto input = one_client();
  input.gpus = 3600;
  input.server_cores = 7200;
  const auto result = plan_study(input);
  EXPECT_DOUBLE_EQ(result.gpu_hours, 10.25);
  EXPECT_DOUBLE_EQ(result.server_core_hours, 20.5);
}

TEST(PlanTest, EverySampleIsTrainedOnceAndByAReservoirAtLeastOnce) {
  for (const auto kind : every_kind) {
    for (const std::uint64_t watermark : {0, 1, 12, 30}) {
      for (const double train_seconds : {0.001, 0.13, 3.0}) {
        auto input = busy_study(kind);
        input.watermark = watermark;
        input.train_seconds = train_seconds;
        const auto result = plan_study(input);
        EXPECT_EQ(result.unique, 23u * 17u);
        if (kind == BufferKind::reservoir)
          EXPECT_GE(result.trained, result.unique);
        else
          EXPECT_EQ(result.trained, result.unique);
      }
    }
  }
}

TEST(PlanTest, SameStudyHasTheSameResultToTheBit) {
  const auto first = plan_study(busy_study(BufferKind::reservoir));
  const auto second = plan_study(busy_study(BufferKind::reservoir));
  EXPECT_EQ(first.duration, second.duration);
  EXPECT_EQ(first.trained, second.trained);
  EXPECT_EQ(first.idle, second.idle);
  EXPECT_EQ(first.waiting, second.waiting);
}

TEST(PlanTest, NothingIsFasterThanItsResources) {
  for (const auto kind : every_kind) {
    const auto result = plan_study(busy_study(kind));
    for (const double need :
         {result.needs.solvers, result.needs.link, result.needs.ingest, result.needs.training})
      EXPECT_GE(result.duration, need);
    EXPECT_GE(result.ingest_peak, result.ingest_mean);
  }
}

/// Where the server keeps up. Behind a narrow link more clients share it, and when few simulations
/// are left for the last wave, that one leaves it idle.
TEST(PlanTest, MoreClientsNeverMakeReceptionSlower) {
  for (const auto kind : every_kind) {
    auto input = busy_study(kind);
    input.ingest_rate = input.link_rate = 0;
    input.train_seconds = 0.001;
    double before = 0;
    for (input.clients = 1; input.clients < 30; ++input.clients) {
      const double now = plan_study(input).ingest_mean;
      EXPECT_GE(now, before * (1 - 1e-9)) << input.clients;
      before = now;
    }
  }
}

/// 3 × 10⁶ samples and as many training steps: several are one event.
TEST(PlanTest, LargeStudyIsCountedInLargerStepsWithTheSameSums) {
  auto input = busy_study(BufferKind::reservoir);
  input.simulations = 30'000;
  input.steps = 100;
  input.clients = 500;
  input.window = 16;
  input.inflight = 64;
  input.capacity = 5000;
  input.watermark = 1000;
  input.ingest_rate = input.link_rate = 0;
  input.train_seconds = 2e-4;
  const auto result = plan_study(input);
  EXPECT_EQ(result.unique, 3'000'000u);
  EXPECT_NEAR(result.reception, result.needs.solvers, 1e-6 * result.needs.solvers);
  const double training = (result.duration - result.first_batch) / input.train_seconds;
  EXPECT_NEAR(static_cast<double>(result.batches), training, 0.01 * training);
}

TEST(PlanTest, NumbersThatAreMissingAreNamed) {
  const auto refusal = [](auto change) {
    auto input = one_client();
    change(input);
    try {
      plan_study(input);
      return std::string();
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::input);
      return std::string(error.what());
    }
  };
  EXPECT_THAT(refusal([](auto& input) { input.steps = 0; }), HasSubstr("number of steps is 0"));
  EXPECT_THAT(refusal([](auto& input) { input.step_seconds = 0; }), HasSubstr("above 0"));
  EXPECT_THAT(refusal([](auto& input) { input.link_rate = -1; }), HasSubstr("link_rate is -1"));
  EXPECT_THAT(refusal([](auto& input) { input.watermark = 11; }), HasSubstr("above its capacity"));
}

}  // namespace
}  // namespace weir
