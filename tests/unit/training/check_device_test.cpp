// What a server says of its device before it lets a client in.

#include "server/training/check_device.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "src/study/names.h"
#include "tests/support/refusal.h"

namespace weir {
namespace {

using testing::HasSubstr;

std::string refusal(const Study& study, ErrorKind kind) {
  return test::refusal(kind, [&] { check_device(study, *make_single_collective()); });
}

TEST(Device, OfACpuComputesInFp32AndBf16Alone) {
  Study study;
  study.server.device = DeviceChoice::cpu;
  for (const auto precision : {Precision::tf32, Precision::fp16}) {
    study.training.precision = precision;
    EXPECT_THAT(refusal(study, ErrorKind::input),
                HasSubstr("/training/precision: is \"" + std::string(name_of(precision)) +
                          "\", which is for GPUs"));
  }
  for (const auto precision : {Precision::fp32, Precision::bf16}) {
    study.training.precision = precision;
    EXPECT_EQ(refusal(study, ErrorKind::input), "");
  }
}

/// ctest shows no GPU to tests without the label "gpu".
TEST(Device, IsRefusedWhereTheStudyWantsAGpuThatIsNotThere) {
  Study study;
  study.server.device = DeviceChoice::cuda;
  EXPECT_THAT(refusal(study, ErrorKind::environment), HasSubstr("/server/device: is \"cuda\""));
}

}  // namespace
}  // namespace weir
