// What each kind of buffer promises, one sentence a test.

#include <set>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/buffer/buffer.h"

namespace weir {
namespace {

using testing::ElementsAreArray;

std::unique_ptr<Buffer> buffer_of(BufferKind kind, std::size_t capacity, std::size_t watermark) {
  return make_buffer(kind, capacity, watermark, Random(/*seed=*/7));
}

Slot arrive(Buffer& buffer) {
  const auto slot = buffer.acquire();
  EXPECT_TRUE(slot.has_value());
  buffer.commit(*slot);
  return *slot;
}

std::vector<Slot> fill(Buffer& buffer, std::size_t count) {
  std::vector<Slot> slots;
  for (std::size_t k = 0; k < count; ++k) slots.push_back(arrive(buffer));
  return slots;
}

Slot draw_and_unpin(Buffer& buffer) {
  const Slot slot = buffer.draw();
  buffer.unpin(slot);
  return slot;
}

std::vector<Slot> drain(Buffer& buffer) {
  std::vector<Slot> slots;
  while (buffer.drawable()) slots.push_back(draw_and_unpin(buffer));
  return slots;
}

TEST(Fifo, DrawsInTheOrderOfCommitsNotOfAcquisitions) {
  const auto buffer = buffer_of(BufferKind::fifo, /*capacity=*/4, /*watermark=*/0);
  const Slot early = *buffer->acquire(), late = *buffer->acquire();
  buffer->commit(late);
  buffer->commit(early);
  EXPECT_EQ(buffer->draw(), late);
  EXPECT_EQ(buffer->draw(), early);
}

TEST(Fifo, KeepsTheOrderWhenSlotsAreReused) {
  const auto buffer = buffer_of(BufferKind::fifo, /*capacity=*/3, /*watermark=*/0);
  std::vector<Slot> arrived = fill(*buffer, 3), drawn;
  for (int k = 0; k < 10; ++k) {
    drawn.push_back(draw_and_unpin(*buffer));
    arrived.push_back(arrive(*buffer));
  }
  for (const Slot slot : drain(*buffer)) drawn.push_back(slot);
  EXPECT_THAT(drawn, ElementsAreArray(arrived));
}

TEST(Firo, DrawsEachSampleOnceInAnotherOrder) {
  const auto buffer = buffer_of(BufferKind::firo, /*capacity=*/100, /*watermark=*/0);
  const auto arrived = fill(*buffer, 100);
  const auto drawn = drain(*buffer);
  EXPECT_EQ(std::set(drawn.begin(), drawn.end()), std::set(arrived.begin(), arrived.end()));
  EXPECT_EQ(drawn.size(), arrived.size());
  EXPECT_NE(drawn, arrived);
}

class AnyBuffer : public testing::TestWithParam<BufferKind> {};

TEST_P(AnyBuffer, IsNotDrawableBelowItsWatermark) {
  const auto buffer = buffer_of(GetParam(), /*capacity=*/5, /*watermark=*/3);
  fill(*buffer, 2);
  EXPECT_FALSE(buffer->drawable());
  arrive(*buffer);
  EXPECT_TRUE(buffer->drawable());
}

TEST_P(AnyBuffer, LiftsTheWatermarkWhenReceptionIsOver) {
  const auto buffer = buffer_of(GetParam(), /*capacity=*/5, /*watermark=*/3);
  fill(*buffer, 1);
  buffer->end_reception();
  EXPECT_TRUE(buffer->drawable());
  draw_and_unpin(*buffer);
  EXPECT_FALSE(buffer->drawable());
}

TEST_P(AnyBuffer, WithoutASampleIsNeverDrawable) {
  const auto buffer = buffer_of(GetParam(), /*capacity=*/5, /*watermark=*/0);
  EXPECT_FALSE(buffer->drawable());
  buffer->end_reception();
  EXPECT_FALSE(buffer->drawable());
}

TEST_P(AnyBuffer, GivesNoSlotWhenAllAreUnseen) {
  const auto buffer = buffer_of(GetParam(), /*capacity=*/3, /*watermark=*/0);
  fill(*buffer, 3);
  EXPECT_EQ(buffer->room(), 0u);
  EXPECT_EQ(buffer->acquire(), std::nullopt);
}

TEST_P(AnyBuffer, GivesADrawnSlotAgainOnlyWhenItsLastPinIsGone) {
  const auto buffer = buffer_of(GetParam(), /*capacity=*/2, /*watermark=*/0);
  fill(*buffer, 2);
  const Slot slot = buffer->draw();
  buffer->pin(slot);
  buffer->unpin(slot);
  EXPECT_EQ(buffer->room(), 0u);
  buffer->unpin(slot);
  EXPECT_EQ(buffer->room(), 1u);
  EXPECT_EQ(buffer->acquire(), slot);
}

TEST_P(AnyBuffer, DrainsEachRemainingSampleExactlyOnce) {
  const auto buffer = buffer_of(GetParam(), /*capacity=*/50, /*watermark=*/20);
  fill(*buffer, 50);
  for (int k = 0; k < 25; ++k) draw_and_unpin(*buffer);
  const std::size_t remaining = buffer->occupancy().population();
  buffer->end_reception();
  const auto drawn = drain(*buffer);
  EXPECT_EQ(drawn.size(), remaining);
  EXPECT_EQ(std::set(drawn.begin(), drawn.end()).size(), remaining);
  EXPECT_EQ(buffer->occupancy().free, 50u);
}

INSTANTIATE_TEST_SUITE_P(Kinds, AnyBuffer,
                         testing::Values(BufferKind::fifo, BufferKind::firo,
                                         BufferKind::reservoir));

TEST(Reservoir, NeverEvictsAnUnseenSample) {
  const auto buffer = buffer_of(BufferKind::reservoir, /*capacity=*/20, /*watermark=*/0);
  fill(*buffer, 20);
  std::set<Slot> seen;
  for (int k = 0; k < 10; ++k) seen.insert(draw_and_unpin(*buffer));
  for (std::size_t k = seen.size(); k > 0; --k) {
    const auto slot = buffer->acquire();
    ASSERT_TRUE(slot.has_value());
    EXPECT_EQ(seen.erase(*slot), 1u);
  }
  EXPECT_EQ(buffer->acquire(), std::nullopt);
}

TEST(Reservoir, EvictsOnlyWhenNoSlotIsFree) {
  const auto buffer = buffer_of(BufferKind::reservoir, /*capacity=*/10, /*watermark=*/0);
  fill(*buffer, 5);
  draw_and_unpin(*buffer);
  fill(*buffer, 5);
  EXPECT_EQ(buffer->occupancy().seen, 1u);
  EXPECT_EQ(buffer->occupancy().unseen, 9u);
}

TEST(Reservoir, RepeatsSeenSamplesWhileNothingArrives) {
  const auto buffer = buffer_of(BufferKind::reservoir, /*capacity=*/3, /*watermark=*/3);
  fill(*buffer, 3);
  for (int k = 0; k < 100; ++k) draw_and_unpin(*buffer);
  EXPECT_EQ(buffer->occupancy().seen, 3u);
  EXPECT_TRUE(buffer->drawable());
}

class Foreseen : public testing::TestWithParam<BufferKind> {};

TEST_P(Foreseen, DrawsAreTheSameAsOthersAndMostlyRight) {
  const auto asked = buffer_of(GetParam(), /*capacity=*/500, /*watermark=*/0);
  const auto other = buffer_of(GetParam(), /*capacity=*/500, /*watermark=*/0);
  fill(*asked, 500);
  fill(*other, 500);
  std::size_t right = 0, draws = 0;
  for (int batch = 0; batch < 30; ++batch) {
    if (batch == 20) asked->end_reception(), other->end_reception();
    std::vector<Slot> foreseen(10);
    asked->foresee(foreseen);
    std::vector<Slot> drawn;
    for (const Slot slot : foreseen) {
      ASSERT_LT(slot, 500U);
      drawn.push_back(asked->draw());
      ASSERT_EQ(drawn.back(), other->draw());
      right += drawn.back() == slot;
      ++draws;
    }
    for (const Slot slot : drawn) asked->unpin(slot), other->unpin(slot);
  }
  EXPECT_GT(static_cast<double>(right), 0.8 * static_cast<double>(draws));
}

INSTANTIATE_TEST_SUITE_P(Kinds, Foreseen,
                         testing::Values(BufferKind::fifo, BufferKind::firo,
                                         BufferKind::reservoir));

}  // namespace
}  // namespace weir
