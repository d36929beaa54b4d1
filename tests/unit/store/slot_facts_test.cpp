#include "server/store/slot_facts.h"

#include <algorithm>

#include <gtest/gtest.h>

namespace weir {
namespace {

class SlotFactsTest : public testing::TestWithParam<std::size_t> {};

TEST_P(SlotFactsTest, KeepThoseOfEachSlotApart) {
  constexpr Slot slots = 7;
  const std::size_t parameters = GetParam();
  SlotFacts facts(slots, parameters);
  EXPECT_EQ(facts.capacity(), slots);
  for (Slot slot = 0; slot < slots; ++slot) {
    facts[slot] = {.id = {slot, slot + 1U}, .time = slot + 0.5, .draws = slot + 2};
    std::fill_n(facts.parameters(slot).begin(), parameters, slot + 0.25);
    facts.prefetch(slot);
  }
  for (Slot slot = 0; slot < slots; ++slot) {
    EXPECT_EQ(facts[slot].id, (SampleId{slot, slot + 1U}));
    EXPECT_EQ(facts[slot].time, slot + 0.5);
    EXPECT_EQ(facts[slot].draws, slot + 2);
    ASSERT_EQ(facts.parameters(slot).size(), parameters);
    for (const double value : facts.parameters(slot)) EXPECT_EQ(value, slot + 0.25);
  }
}

TEST_P(SlotFactsTest, TakeAsManyLinesAsTheyNeed) {
  EXPECT_EQ(SlotFacts::bytes(GetParam()), GetParam() <= 4 ? 64U : GetParam() <= 12 ? 128U : 192U);
}

INSTANTIATE_TEST_SUITE_P(Parameters, SlotFactsTest, testing::Values(0, 1, 4, 5, 12, 13));

}  // namespace
}  // namespace weir
