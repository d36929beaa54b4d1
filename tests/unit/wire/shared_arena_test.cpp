// Memory for frames: ranges of pages taken and given back, and what comes from the heap instead.

#include "src/wire/shared_arena.h"

#include <cstring>
#include <vector>

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "src/wire/populate.h"

namespace weir::wire {
namespace {

constexpr std::size_t large = SharedArena::least_bytes, capacity = 8 * large;

std::size_t memory_of(const SharedArena& arena) {
  struct stat status {};
  return fstat(arena.descriptor(), &status) == 0 ? static_cast<std::size_t>(status.st_blocks) * 512
                                                 : 0;
}

class SharedArenaTest : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_NE(arena_, nullptr); }
  std::byte* take(std::size_t bytes) { return static_cast<std::byte*>(arena_->allocate(bytes)); }
  bool shares(std::byte* place) const { return arena_->offset_of(place).has_value(); }

  std::shared_ptr<SharedArena> arena_ = SharedArena::make(capacity);
};

TEST_F(SharedArenaTest, GivesRangesThatDoNotOverlap) {
  std::byte* const a = take(large + 1);
  std::byte* const b = take(large);
  ASSERT_TRUE(shares(a) && shares(b));
  std::memset(a, 1, large + 1);
  std::memset(b, 2, large);
  EXPECT_EQ(a[large], std::byte{1});
  EXPECT_EQ(b[0], std::byte{2});
  EXPECT_NE(*arena_->offset_of(a), 0u) << "the badge is there";
  arena_->deallocate(a, large + 1);
  arena_->deallocate(b, large);
}

TEST_F(SharedArenaTest, JoinsWhatWasGivenBackInAnyOrder) {
  for (const auto& order : std::vector<std::vector<std::size_t>>{
           {0, 1, 2, 3}, {3, 2, 1, 0}, {0, 2, 1, 3}, {1, 3, 0, 2}, {3, 0, 2, 1}}) {
    std::vector<std::byte*> parts;
    for (int k = 0; k < 4; ++k) parts.push_back(take(capacity / 4));
    for (std::byte* part : parts) ASSERT_TRUE(shares(part));
    for (const std::size_t k : order) arena_->deallocate(parts[k], capacity / 4);
    std::byte* const whole = take(capacity);
    EXPECT_TRUE(shares(whole));
    arena_->deallocate(whole, capacity);
  }
}

TEST_F(SharedArenaTest, TakesWhatIsSmallOrFindsNoRoomFromTheHeap) {
  std::byte* const small = take(large - 1);
  std::byte* const whole = take(capacity);
  std::byte* const more = take(large);
  EXPECT_FALSE(shares(small));
  EXPECT_TRUE(shares(whole));
  EXPECT_FALSE(shares(more));
  std::memset(more, 1, large);
  arena_->deallocate(more, large);
  arena_->deallocate(small, large - 1);
  arena_->deallocate(whole, capacity);
}

TEST(SharedArena, GivesPagesBackToTheSystem) {
  constexpr std::size_t size = 3 * populated_bytes;
  const auto arena = SharedArena::make(size);
  ASSERT_NE(arena, nullptr);
  EXPECT_LE(memory_of(*arena), populated_bytes) << "nothing is written yet";
  auto* const whole = static_cast<std::byte*>(arena->allocate(size));
  const std::size_t head = arena->offset_of(whole).value();
  std::memset(whole, 1, size);
  EXPECT_GE(memory_of(*arena), size);
  EXPECT_LE(memory_of(*arena), head + size);
  arena->deallocate(whole, size);
  EXPECT_LE(memory_of(*arena), head);
}

TEST(SharedArena, IsNotMadeBeyondTheLimitOfFileSizes) {
  rlimit limit{};
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &limit), 0);
  const rlimit low{capacity, limit.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &low), 0);
  EXPECT_EQ(SharedArena::make(capacity), nullptr) << "SIGXFSZ would have ended this process";
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

}  // namespace
}  // namespace weir::wire
