#include "server/checkpoint/state_bytes.h"

#include <algorithm>
#include <memory>
#include <vector>

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

namespace weir {
namespace {

constexpr std::size_t small = 100, large = 5'000'000;

TEST(RecycledMemory, GivesABlockAgainThatCameBackWithThatSize) {
  RecycledMemory memory;
  std::byte* const block = memory.take(large);
  memory.give_back(block, large);
  std::byte* const other = memory.take(small);
  EXPECT_NE(other, block);
  EXPECT_EQ(memory.take(large), block);
  memory.give_back(block, large);
  memory.give_back(other, small);
}

/// Whether the first touch of each page of the block is over.
bool all_pages_are_there(std::byte* block, std::size_t size) {
  const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  std::vector<unsigned char> there((size + page - 1) / page);
  if (mincore(block, size, there.data()) != 0) return false;
  return std::all_of(there.begin(), there.end(), [](unsigned char one) { return (one & 1) != 0; });
}

TEST(RecycledMemory, HasReservedBlocksReadyOneForEachSize) {
  RecycledMemory memory;
  memory.reserve({large, small, large});
  std::byte* const first = memory.take(large);
  std::byte* const second = memory.take(large);
  EXPECT_NE(first, second);
  EXPECT_TRUE(all_pages_are_there(first, large));
  EXPECT_TRUE(all_pages_are_there(second, large));
  memory.give_back(first, large);
  memory.give_back(second, large);
}

TEST(StateBytes, KeepTheirMemoryForTheNextOfTheirSize) {
  const auto memory = std::make_shared<RecycledMemory>();
  const std::byte* place = nullptr;
  {
    const StateBytes bytes(large, StateAllocator<std::byte>(memory));
    place = bytes.data();
  }
  const StateBytes next(large, StateAllocator<std::byte>(memory));
  EXPECT_EQ(next.data(), place);
}

}  // namespace
}  // namespace weir
