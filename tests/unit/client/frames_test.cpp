#include "client_api/frames.h"

#include <cstring>
#include <numeric>
#include <variant>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "client_api/values.h"

namespace weir::client {
namespace {

constexpr std::size_t chunk_values = wire::max_chunk_bytes / sizeof(float);

wire::Data whole(std::size_t count) {
  wire::Data data;
  data.sim = 3;
  data.attempt = 1;
  data.step = 8;
  data.field = 2;
  data.count = count;
  return data;
}

/// The field that a receiver puts together from the frames.
std::vector<float> assemble(const StepFrames& step, std::size_t count) {
  std::vector<float> field(count, -1);
  for (const auto& frame : step.frames()) {
    const auto result = wire::decode(*frame);
    EXPECT_TRUE(result.ok());
    const auto& decoded = std::get<wire::Decoded>(result.value);
    const auto& data = std::get<wire::Data>(decoded.message);
    EXPECT_EQ(data.sim, 3u);
    EXPECT_EQ(data.step, 8u);
    EXPECT_EQ(data.field, 2u);
    EXPECT_LE(decoded.payload.size(), wire::max_chunk_bytes);
    std::memcpy(field.data() + data.offset, decoded.payload.data(), decoded.payload.size());
  }
  return field;
}

TEST(StepFrames, ConvertsDoublesWhereTheyAreSent) {
  FramePool pool;
  const std::vector<double> values = {1.5, -2, 1e300};
  StepFrames step(pool, whole(3));
  step.fill(
      [&](std::size_t first, std::span<float> out) { convert(std::span(values), first, out); });
  EXPECT_THAT(assemble(step, 3),
              testing::ElementsAre(1.5f, -2.f, std::numeric_limits<float>::infinity()));
}

TEST(StepFrames, CutsALargeFieldIntoChunks) {
  FramePool pool;
  const std::size_t count = 2 * chunk_values + 5;
  std::vector<float> values(count);
  std::iota(values.begin(), values.end(), 0.f);
  StepFrames step(pool, whole(count));
  step.fill([&](std::size_t first, std::span<float> out) {
    convert(std::span(std::as_const(values)), first, out);
  });
  EXPECT_EQ(step.frames().size(), 3u);
  EXPECT_EQ(assemble(step, count), values);
}

TEST(StepFrames, WritesARunAcrossChunks) {
  FramePool pool;
  const std::size_t count = chunk_values + 10;
  std::vector<float> values(count);
  std::iota(values.begin(), values.end(), 0.f);
  StepFrames step(pool, whole(count));
  const std::span<const float> all(values);
  step.write(chunk_values - 3, all.subspan(chunk_values - 3));
  step.write(0, all.first(chunk_values - 3));
  EXPECT_EQ(assemble(step, count), values);
}

TEST(FramePool, GivesAFrameAgainWhenItsLastOwnerLetsGo) {
  FramePool pool;
  auto first = pool.take(100);
  const auto* place = first->data();
  auto kept = first;
  first.reset();
  EXPECT_NE(pool.take(100)->data(), place);
  kept.reset();
  const auto again = pool.take(100);
  const auto other = pool.take(100);
  EXPECT_TRUE(again->data() == place || other->data() == place);
}

TEST(FramePool, GivesFramesOfTheSizeAskedFor) {
  FramePool pool;
  pool.take(100).reset();
  EXPECT_EQ(pool.take(50)->size(), 50u);
}

TEST(FramePool, KeepsNoMoreThanWasOutAtOnceHoweverManySizesItGives) {
  FramePool pool;
  for (std::size_t size = 1000; size < 2000; ++size) pool.take(size).reset();
  EXPECT_LE(pool.bytes(), 2000u);
  for (std::size_t size = 2000; size > 1000; --size) pool.take(size).reset();
  EXPECT_LE(pool.bytes(), 2000u);
  EXPECT_GT(pool.bytes(), 0u);
}

TEST(FramePool, KeepsTheSizesThatAreAskedForMost) {
  FramePool pool;
  const auto* place = [&] {
    const auto whole = pool.take(100), rest = pool.take(30);
    return whole->data();
  }();
  pool.take(29).reset();  // in the place of the 30
  EXPECT_EQ(pool.take(100)->data(), place);
}

TEST(FramePool, LetsFramesOutliveIt) {
  wire::Frame frame;
  {
    FramePool pool;
    frame = pool.take(10);
  }
  EXPECT_EQ(frame->size(), 10u);
}

}  // namespace
}  // namespace weir::client
