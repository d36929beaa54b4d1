// A buffer that was saved and restored, against a twin that went on.

#include <iterator>
#include <set>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/buffer/buffer.h"
#include "src/core/error.h"

namespace weir {
namespace {

using testing::HasSubstr;

/// A buffer and the slots that are filling or pinned in it.
struct Used {
  Used(BufferKind kind, std::size_t capacity, std::size_t watermark, std::uint64_t seed)
      : buffer(make_buffer(kind, capacity, watermark, Random(seed))) {}

  void release() {
    for (const Slot slot : pinned) buffer->unpin(slot);
    pinned.clear();
  }
  void abandon() {  // ascending, as save() says
    for (const Slot slot : filling) buffer->abandon(slot);
    filling.clear();
  }

  std::unique_ptr<Buffer> buffer;
  std::set<Slot> filling;
  std::vector<Slot> pinned;
};

Slot take_any(std::set<Slot>& slots, std::uint64_t choice) {
  const auto it = std::next(slots.begin(), static_cast<std::ptrdiff_t>(choice % slots.size()));
  const Slot slot = *it;
  slots.erase(it);
  return slot;
}

/// One operation that `choice` decides. Returns what the buffer chose, or -1.
std::int64_t operate(Used& used, std::uint64_t choice) {
  Buffer& buffer = *used.buffer;
  const std::uint64_t operation = choice % 10, argument = choice / 10;
  if (operation < 4) {
    const auto slot = buffer.acquire();
    if (slot) used.filling.insert(*slot);
    return slot ? std::int64_t{*slot} : -1;
  }
  if (operation < 7) {
    if (used.filling.empty()) return -1;
    const Slot slot = take_any(used.filling, argument);
    operation < 6 ? buffer.commit(slot) : buffer.abandon(slot);
    return slot;
  }
  if (operation < 9) {
    if (!buffer.drawable()) return -1;
    used.pinned.push_back(buffer.draw());
    return used.pinned.back();
  }
  used.release();
  return -1;
}

class RestoredBuffer : public testing::TestWithParam<BufferKind> {};

TEST_P(RestoredBuffer, MakesTheSameChoicesAsATwinThatWentOn) {
  std::size_t compared = 0;
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    Random random(seed, "shape");
    const std::size_t capacity = 1 + random.below(20), watermark = random.below(capacity + 1);
    Used twin(GetParam(), capacity, watermark, seed);
    for (std::uint64_t k = random.below(200); k > 0; --k) operate(twin, random());
    if (seed % 5 == 0) twin.buffer->end_reception();
    twin.release();
    Used restored(GetParam(), capacity, watermark, /*seed=*/99);
    restored.buffer->restore(twin.buffer->save());
    twin.abandon();
    ASSERT_EQ(restored.buffer->save(), twin.buffer->save()) << "seed " << seed;
    for (int k = 0; k < 200; ++k, ++compared) {
      const std::uint64_t choice = random();
      ASSERT_EQ(operate(restored, choice), operate(twin, choice)) << "seed " << seed << ", " << k;
    }
    ASSERT_EQ(restored.buffer->room(), twin.buffer->room());
  }
  RecordProperty("choices", static_cast<int>(compared));
}

TEST_P(RestoredBuffer, ForgetsWhatItHeldBefore) {
  Used empty(GetParam(), /*capacity=*/4, /*watermark=*/0, /*seed=*/1);
  Used used(GetParam(), /*capacity=*/4, /*watermark=*/0, /*seed=*/1);
  for (int k = 0; k < 3; ++k) used.buffer->commit(*used.buffer->acquire());
  used.buffer->draw();
  used.buffer->restore(empty.buffer->save());
  EXPECT_EQ(used.buffer->occupancy().free, 4u);
  EXPECT_EQ(used.buffer->save(), empty.buffer->save());
}

std::string refusal(Buffer& buffer, const BufferState& state) {
  try {
    buffer.restore(state);
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::input);
    return error.what();
  }
  return "";
}

TEST_P(RestoredBuffer, RefusesAnotherCapacityAndSlotsThatAreNamedTwice) {
  const auto buffer = make_buffer(GetParam(), /*capacity=*/3, /*watermark=*/0, Random(1));
  const BufferState before = buffer->save();
  EXPECT_THAT(refusal(*buffer, {.free = {0, 1}, .unseen = {}, .seen = {}, .order = {}}),
              HasSubstr("has 2 slots, the study's has 3"));
  EXPECT_THAT(refusal(*buffer, {.free = {0, 1, 1}, .unseen = {}, .seen = {}, .order = {}}),
              HasSubstr("slot 1 twice"));
  EXPECT_THAT(refusal(*buffer, {.free = {0, 1, 3}, .unseen = {}, .seen = {}, .order = {}}),
              HasSubstr("slot 3"));
  EXPECT_EQ(buffer->save(), before);
}

INSTANTIATE_TEST_SUITE_P(Kinds, RestoredBuffer,
                         testing::Values(BufferKind::fifo, BufferKind::firo,
                                         BufferKind::reservoir));

TEST(RestoredBuffer, RefusesTheStateOfAnotherKind) {
  const BufferState fifo{.free = {1}, .unseen = {0}, .seen = {}, .order = {0}};
  const BufferState reservoir{.free = {1}, .unseen = {}, .seen = {0}, .order = {}};
  for (const auto kind : {BufferKind::firo, BufferKind::reservoir}) {
    EXPECT_THAT(refusal(*make_buffer(kind, 2, 0, Random(1)), fifo), HasSubstr("/buffer/kind"));
  }
  for (const auto kind : {BufferKind::firo, BufferKind::fifo}) {
    EXPECT_THAT(refusal(*make_buffer(kind, 2, 0, Random(1)), reservoir), HasSubstr("/buffer/kind"));
  }
}

}  // namespace
}  // namespace weir
