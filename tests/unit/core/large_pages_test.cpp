#include "src/core/large_pages.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

namespace weir {
namespace {

struct alignas(64) Line {
  std::uint64_t values[8];
};
using Lines = std::vector<Line, LargePages<Line>>;

bool on_lines_of_the_cache(const Lines& lines) {
  return reinterpret_cast<std::uintptr_t>(lines.data()) % 64 == 0;
}

TEST(LargePages, HoldWhatAVectorPutsThereSmallAndLarge) {
  for (const std::size_t count : {std::size_t{3}, std::size_t{1} << 17}) {  // 8 MiB
    Lines lines(count);
    EXPECT_TRUE(on_lines_of_the_cache(lines));
    for (std::size_t k = 0; k < count; ++k) lines[k].values[7] = k;
    const Lines copy = lines;
    lines.clear();
    lines.shrink_to_fit();
    for (std::size_t k = 0; k < count; ++k) ASSERT_EQ(copy[k].values[7], k);
  }
}

TEST(LargePages, SayWhenThereIsNoMemory) {
  LargePages<Line> pages;
  EXPECT_THROW(pages.allocate(std::numeric_limits<std::size_t>::max() / 128), std::bad_alloc);
}

}  // namespace
}  // namespace weir
