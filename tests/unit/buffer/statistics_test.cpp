// The distributions that the reservoir and FIRO promise. Seeds are fixed, so these tests give the
// same answer every time.

#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "server/buffer/buffer.h"

namespace weir {
namespace {

/// Chi-square of counts against equal expectation, as standard deviations from its mean (Wilson and
/// Hilferty 1931).
double chi_square_deviation(const std::vector<std::size_t>& counts) {
  double total = 0, chi = 0;
  for (const auto count : counts) total += static_cast<double>(count);
  const double expected = total / static_cast<double>(counts.size());
  for (const auto count : counts)
    chi += std::pow(static_cast<double>(count) - expected, 2) / expected;
  const double freedom = static_cast<double>(counts.size()) - 1;
  return (std::cbrt(chi / freedom) - (1 - 2 / (9 * freedom))) / std::sqrt(2 / (9 * freedom));
}

void arrive(Buffer& buffer) { buffer.commit(*buffer.acquire()); }

Slot draw_and_unpin(Buffer& buffer) {
  const Slot slot = buffer.draw();
  buffer.unpin(slot);
  return slot;
}

TEST(Reservoir, DrawsUniformlyOverSeenAndUnseen) {
  const auto buffer =
      make_buffer(BufferKind::reservoir, /*capacity=*/100, /*watermark=*/0, Random(/*seed=*/11));
  for (int k = 0; k < 100; ++k) arrive(*buffer);
  // Half of the draws find a mixture of seen and unseen: the counts must not tell which was which.
  std::vector<std::size_t> counts(100);
  for (int k = 0; k < 20000; ++k) ++counts[draw_and_unpin(*buffer)];
  EXPECT_LT(std::abs(chi_square_deviation(counts)), 4);
}

TEST(Reservoir, DrawsUniformlyWhenHalfIsSeen) {
  std::vector<std::size_t> counts(2);
  for (std::uint64_t seed = 0; seed < 20000; ++seed) {
    const auto buffer =
        make_buffer(BufferKind::reservoir, /*capacity=*/2, /*watermark=*/0, Random(seed));
    arrive(*buffer);
    const Slot seen = draw_and_unpin(*buffer);
    arrive(*buffer);
    ++counts[buffer->draw() == seen];
  }
  EXPECT_LT(std::abs(chi_square_deviation(counts)), 4);
}

TEST(Reservoir, DrawsPinnedAndUnpinnedSamplesAlike) {
  const auto buffer =
      make_buffer(BufferKind::reservoir, /*capacity=*/10, /*watermark=*/0, Random(/*seed=*/3));
  for (int k = 0; k < 10; ++k) arrive(*buffer);
  for (Slot slot = 0; slot < 5; ++slot) buffer->pin(slot);
  std::vector<std::size_t> counts(10);
  for (int k = 0; k < 20000; ++k) ++counts[draw_and_unpin(*buffer)];
  EXPECT_LT(std::abs(chi_square_deviation(counts)), 4);
}

TEST(Reservoir, EvictsUniformlyAmongSeen) {
  std::vector<std::size_t> counts(10);
  for (std::uint64_t seed = 0; seed < 20000; ++seed) {
    const auto buffer =
        make_buffer(BufferKind::reservoir, /*capacity=*/10, /*watermark=*/0, Random(seed));
    for (int k = 0; k < 10; ++k) arrive(*buffer);
    while (buffer->occupancy().unseen > 0) draw_and_unpin(*buffer);
    ++counts[*buffer->acquire()];
  }
  EXPECT_LT(std::abs(chi_square_deviation(counts)), 4);
}

/// When every sample is seen, each arrival evicts one of n alike: the residency is geometric with
/// mean n. Any rule has that mean; that the youngest sample goes as often as any other tells chance
/// from a rule by age or by last use.
TEST(Reservoir, KeepsASampleForAsManyInsertionsAsItHasSlots) {
  constexpr std::size_t capacity = 50, insertions = 100000;
  const auto buffer =
      make_buffer(BufferKind::reservoir, capacity, /*watermark=*/0, Random(/*seed=*/5));
  std::vector<std::size_t> arrived(capacity, 0);
  double residency = 0;
  std::size_t evicted = 0, evicted_next = 0;
  for (std::size_t k = 1; k <= insertions; ++k) {
    const bool full = buffer->occupancy().free == 0;
    const Slot slot = *buffer->acquire();
    if (full) {
      residency += static_cast<double>(k - arrived[slot]);
      ++evicted;
      evicted_next += k - arrived[slot] == 1 ? 1 : 0;
    }
    arrived[slot] = k;
    buffer->commit(slot);
    while (buffer->occupancy().unseen > 0) draw_and_unpin(*buffer);
  }
  EXPECT_NEAR(residency / static_cast<double>(evicted), capacity, 0.02 * capacity);
  EXPECT_NEAR(static_cast<double>(evicted_next), static_cast<double>(insertions) / capacity,
              /*five standard deviations=*/5 * std::sqrt(insertions / capacity));
}

TEST(Firo, DrawsEachOfTheRemainingWithTheSameChance) {
  std::vector<std::size_t> first(10), last(10);
  for (std::uint64_t seed = 0; seed < 20000; ++seed) {
    const auto buffer =
        make_buffer(BufferKind::firo, /*capacity=*/10, /*watermark=*/0, Random(seed));
    for (int k = 0; k < 10; ++k) arrive(*buffer);
    ++first[buffer->draw()];
    for (int k = 0; k < 8; ++k) buffer->draw();
    ++last[buffer->draw()];
  }
  EXPECT_LT(std::abs(chi_square_deviation(first)), 4);
  EXPECT_LT(std::abs(chi_square_deviation(last)), 4);
}

}  // namespace
}  // namespace weir
