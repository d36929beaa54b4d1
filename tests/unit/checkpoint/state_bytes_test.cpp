#include "server/checkpoint/state_bytes.h"

#include <memory>
#include <set>

#include <gtest/gtest.h>

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

TEST(RecycledMemory, HasReservedBlocksReadyOneForEachSize) {
  RecycledMemory memory;
  memory.reserve({large, small, large});
  std::byte* const first = memory.take(large);
  std::byte* const second = memory.take(large);
  EXPECT_NE(first, second);
  memory.give_back(first, large);
  memory.give_back(second, large);
  memory.reserve({large, large});
  const std::set<std::byte*> again = {memory.take(large), memory.take(large)};
  EXPECT_EQ(again, (std::set<std::byte*>{first, second}));
  for (auto* block : again) memory.give_back(block, large);
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
