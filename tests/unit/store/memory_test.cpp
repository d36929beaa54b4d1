#include "src/core/memory.h"

#include <fstream>
#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/store/finite.h"
#include "server/store/slab.h"
#include "src/core/error.h"
#include "tests/support/temporary_folder.h"

namespace weir {
namespace {

using testing::HasSubstr;

class AvailableMemory : public testing::Test {
 protected:
  void put(const std::string& name, const std::string& text) {
    const auto path = root_ / name;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path) << text;
  }
  std::uint64_t available() { return available_memory(root_.path()); }

  test::TemporaryFolder root_;
};

TEST_F(AvailableMemory, IsThatOfTheMachineWithoutControlGroups) {
  put("proc/meminfo", "MemTotal: 99 kB\nMemFree: 1 kB\nMemAvailable:   42 kB\n");
  EXPECT_EQ(available(), 42u * 1024);
}

TEST_F(AvailableMemory, IsUnlimitedWhereNothingSaysOtherwise) {
  EXPECT_EQ(available(), std::numeric_limits<std::uint64_t>::max());
}

TEST_F(AvailableMemory, IsWhatTheTightestGroupAboveLeaves) {
  put("proc/meminfo", "MemAvailable: 1000 kB\n");
  put("proc/self/cgroup", "0::/job/step\n");
  put("sys/fs/cgroup/job/memory.max", "5000\n");
  put("sys/fs/cgroup/job/memory.current", "3000\n");
  put("sys/fs/cgroup/job/step/memory.max", "max\n");
  put("sys/fs/cgroup/job/step/memory.current", "3000\n");
  EXPECT_EQ(available(), 2000u);
}

TEST_F(AvailableMemory, CountsTheFileCacheOfAGroupAsFree) {
  put("proc/self/cgroup", "0::/job\n");
  put("sys/fs/cgroup/job/memory.max", "5000\n");
  put("sys/fs/cgroup/job/memory.current", "4500\n");
  put("sys/fs/cgroup/job/memory.stat", "anon 1\ninactive_file 1500\n");
  EXPECT_EQ(available(), 2000u);
}

TEST_F(AvailableMemory, ReadsVersionOneGroups) {
  put("proc/self/cgroup", "3:cpu:/other\n9:hugetlb,memory:/job\n");
  put("sys/fs/cgroup/memory/job/memory.limit_in_bytes", "700\n");
  put("sys/fs/cgroup/memory/job/memory.usage_in_bytes", "900\n");
  EXPECT_EQ(available(), 0u);
}

TEST(AvailableMemoryOfThisMachine, IsSomething) { EXPECT_GT(available_memory(), 0u); }

std::string refusal(std::size_t capacity, std::size_t slot_bytes, std::uint64_t available,
                    double history_bytes = 0) {
  try {
    check_memory(capacity, slot_bytes, history_bytes, available);
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::environment);
    return error.what();
  }
  return "";
}

TEST(CheckMemory, AcceptsWhatFits) {
  EXPECT_EQ(refusal(/*capacity=*/100, /*slot_bytes=*/10, /*available=*/1000), "");
}

TEST(CheckMemory, NamesWhatIsAskedAvailableAndWouldFit) {
  const auto text = refusal(/*capacity=*/6000, /*slot_bytes=*/1 << 20, /*available=*/100 << 20);
  EXPECT_THAT(text, HasSubstr("/buffer/capacity"));
  EXPECT_THAT(text, HasSubstr("6000 MiB"));
  EXPECT_THAT(text, HasSubstr("100 MiB"));
  EXPECT_THAT(text, HasSubstr("a capacity of 100 would fit"));
}

TEST(CheckMemory, CountsTheStepsThatPairsWaitFor) {
  EXPECT_EQ(refusal(/*capacity=*/90, /*slot_bytes=*/10, /*available=*/1000, /*history_bytes=*/100),
            "");
  const auto text =
      refusal(/*capacity=*/90, /*slot_bytes=*/10, /*available=*/1000, /*history_bytes=*/200);
  EXPECT_THAT(text, HasSubstr("a capacity of 80 would fit"));
  EXPECT_THAT(text, HasSubstr("/launcher/jobs"));
  EXPECT_THAT(
      refusal(/*capacity=*/1, /*slot_bytes=*/10, /*available=*/1000, /*history_bytes=*/1e20),
      HasSubstr("a capacity of 0 would fit"));
}

TEST(CheckMemory, IsNotFooledByAProductThatOverflows) {
  EXPECT_NE(refusal(/*capacity=*/std::size_t{1} << 33, /*slot_bytes=*/std::size_t{1} << 31,
                    /*available=*/1000),
            "");
}

TEST(Slab, HasContiguousRowsOfZeros) {
  const Slab slab(/*capacity=*/3, /*row_size=*/5);
  EXPECT_EQ(slab.row(2), slab.row(0) + 10);
  EXPECT_EQ(slab.row(2)[4], 0.0f);
}

TEST(Slab, ThatCannotBeMappedIsAnErrorOfTheEnvironment) {
  EXPECT_THROW(Slab(/*capacity=*/std::size_t{1} << 30, /*row_size=*/std::size_t{1} << 24), Error);
}

TEST(AllFinite, FindsASingleBadValueAnywhere) {
  for (const float bad :
       {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity(),
        -std::numeric_limits<float>::infinity()}) {
    for (std::size_t k = 0; k < 37; ++k) {
      std::vector<float> values(37, std::numeric_limits<float>::max());
      EXPECT_TRUE(all_finite(values));
      values[k] = bad;
      EXPECT_FALSE(all_finite(values)) << bad << " at " << k;
    }
  }
}

}  // namespace
}  // namespace weir
