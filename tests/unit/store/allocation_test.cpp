// A batch is drawn without asking for memory, once the first ones have been.

#include <cstdlib>
#include <new>

#include <gtest/gtest.h>

#include "store_fixture.h"

namespace {

thread_local std::size_t allocations = 0;

}  // namespace

[[gnu::noinline]] void* operator new(std::size_t size) {
  ++allocations;
  if (void* memory = std::malloc(size == 0 ? 1 : size)) return memory;
  throw std::bad_alloc();
}
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

namespace weir {
namespace {

using namespace test;

const FakeDesign design;

class Allocations : public testing::TestWithParam<BufferKind> {};

TEST_P(Allocations, OfADrawAreNoneInTheSteadyState) {
  constexpr std::size_t batch_size = 5;
  const Study study = small_study(GetParam(), /*capacity=*/90, /*watermark=*/0);
  SampleStore store(study, design, /*rank=*/0, /*ranks=*/1);
  for (std::uint64_t step = 0; step < 90; ++step) put(store, {3, step});
  OwnedBatch batch(batch_size);
  batch.scales = some_scales;
  const auto draw = [&] {
    ASSERT_EQ(store.offer(batch_size).samples, batch_size);
    store.draw(batch_size, batch);
  };
  // A reservoir's table of repeats grows at first; the others can give 18 batches.
  for (int k = 0; k < (GetParam() == BufferKind::reservoir ? 60 : 2); ++k) draw();
  const std::size_t before = allocations;
  EXPECT_GT(before, 0u);
  for (int k = 0; k < 16; ++k) draw();
  EXPECT_EQ(allocations, before);
}

INSTANTIATE_TEST_SUITE_P(Kinds, Allocations,
                         testing::Values(BufferKind::fifo, BufferKind::firo,
                                         BufferKind::reservoir));

}  // namespace
}  // namespace weir
