// Which GPU a rank takes, and what it says when there is none.

#include "server/tensors/gpu_choice.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/refusal.h"

namespace weir {
namespace {

using testing::AllOf;
using testing::HasSubstr;

Study study_of(DeviceChoice choice, const std::string& accelerators = "") {
  Study study;
  study.server.device = choice;
  study.launcher.server.accelerators = accelerators;
  return study;
}

VisibleGpus gpus(std::size_t count) {
  return {.supported = true, .count = count, .problem = "no driver"};
}
constexpr VisibleGpus without_cuda;

std::string refusal(const Study& study, std::size_t local_rank, const VisibleGpus& visible) {
  return test::refusal(ErrorKind::environment, [&] { choose_gpu(study, local_rank, visible); });
}

TEST(GpuChoice, GivesEachRankOfAMachineItsOwn) {
  for (const auto choice : {DeviceChoice::automatic, DeviceChoice::cuda}) {
    for (std::size_t rank = 0; rank < 4; ++rank)
      EXPECT_EQ(choose_gpu(study_of(choice), rank, gpus(4)), rank);
  }
}

TEST(GpuChoice, TakesTheOnlyOneThatTheBatchSystemShowsARank) {
  EXPECT_EQ(choose_gpu(study_of(DeviceChoice::cuda), /*local_rank=*/3, gpus(1)), 0U);
}

TEST(GpuChoice, LeavesGpusAloneThatTheStudyDoesNotWant) {
  EXPECT_EQ(choose_gpu(study_of(DeviceChoice::cpu, "gpu:4"), 0, gpus(4)), std::nullopt);
}

TEST(GpuChoice, FallsBackToTheCpuWhereNothingAsksForAGpu) {
  EXPECT_EQ(choose_gpu(study_of(DeviceChoice::automatic), 0, gpus(0)), std::nullopt);
  EXPECT_EQ(choose_gpu(study_of(DeviceChoice::automatic), 0, without_cuda), std::nullopt);
}

TEST(GpuChoice, RefusesWhenTheStudyWantsOneAndThereIsNone) {
  EXPECT_THAT(refusal(study_of(DeviceChoice::cuda), 0, gpus(0)),
              AllOf(HasSubstr("/server/device"), HasSubstr("no driver"), HasSubstr("\"cpu\"")));
  EXPECT_THAT(refusal(study_of(DeviceChoice::cuda), 0, without_cuda), HasSubstr("no CUDA"));
  EXPECT_THAT(refusal(study_of(DeviceChoice::automatic, "gpu:4"), 0, gpus(0)),
              AllOf(HasSubstr("/launcher/server/accelerators"), HasSubstr("gpu:4")))
      << "who pays for GPUs does not train on the CPU unknowingly";
}

TEST(GpuChoice, RefusesMoreRanksThanGpus) {
  EXPECT_THAT(refusal(study_of(DeviceChoice::automatic), /*local_rank=*/2, gpus(2)),
              AllOf(HasSubstr("/server/device: is \"automatic\""), HasSubstr("rank 2"),
                    HasSubstr("2 GPUs")));
}

/// What is wrong with the GPUs of ranks that have these identities.
std::string refusal(const std::vector<std::int64_t>& identities) {
  return test::refusal(ErrorKind::environment, [&] { check_gpus(identities); });
}

TEST(CheckGpus, AcceptsRanksThatHaveTheirOwn) {
  EXPECT_EQ(refusal({7, 1, 7, 2, 8, 1}), "");
  EXPECT_EQ(refusal({0, 0, 0, 0}), "") << "CPUs are shared";
  EXPECT_EQ(refusal({7, 1}), "");
}

TEST(CheckGpus, RefusesTwoRanksOnOne) {
  EXPECT_THAT(refusal({7, 1, 7, 2, 7, 2}), HasSubstr("server ranks 1 and 2"));
}

TEST(CheckGpus, RefusesARankWithoutOneBesideOthers) {
  EXPECT_THAT(refusal({7, 1, 7, 2, 0, 0}), HasSubstr("server rank 2 sees no GPU"));
}

}  // namespace
}  // namespace weir
