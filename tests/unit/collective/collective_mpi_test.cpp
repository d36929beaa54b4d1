// Sums, broadcasts and gathers over real MPI processes.

#include <numeric>

#include "server/collective/collective.h"
#include "tests/unit/collective/mpi_main.h"

namespace weir {
namespace {

class MpiCollective : public testing::Test {
 protected:
  std::unique_ptr<Collective> collective_ = make_mpi_collective();
  std::size_t rank_ = collective_->rank(), ranks_ = collective_->ranks();
  std::size_t triangle_ = ranks_ * (ranks_ + 1) / 2;
};

TEST_F(MpiCollective, SumsEachTypeInPlaceOnAllRanks) {
  std::vector<std::int64_t> words = {static_cast<std::int64_t>(rank_) + 1, -1};
  std::vector<double> doubles = {0.5 * static_cast<double>(rank_ + 1)};
  std::vector<float> floats(100'000, static_cast<float>(rank_ + 1));
  collective_->sum(std::span(words));
  collective_->sum(std::span(doubles));
  collective_->sum(std::span(floats));
  EXPECT_EQ(words, (std::vector<std::int64_t>{static_cast<std::int64_t>(triangle_),
                                              -static_cast<std::int64_t>(ranks_)}));
  EXPECT_DOUBLE_EQ(doubles[0], 0.5 * static_cast<double>(triangle_));
  EXPECT_EQ(floats, std::vector<float>(100'000, static_cast<float>(triangle_)));
}

TEST_F(MpiCollective, BroadcastsWhatRankZeroHolds) {
  std::vector<float> values(1000, static_cast<float>(rank_) + 3);
  collective_->broadcast(values);
  EXPECT_EQ(values, std::vector<float>(1000, 3));
}

TEST_F(MpiCollective, GathersListsOfDifferentLengthsInRankOrder) {
  const std::vector<std::int64_t> mine(rank_, static_cast<std::int64_t>(rank_));
  std::vector<std::int64_t> expected;
  for (std::size_t r = 0; r < ranks_; ++r)
    expected.insert(expected.end(), r, static_cast<std::int64_t>(r));
  EXPECT_EQ(collective_->gather(mine), expected);
}

TEST_F(MpiCollective, WaitsForALateRank) {
  // The late rank is late by work that the others do not do, not by a sleep.
  volatile double sink = 0;
  if (rank_ + 1 == ranks_) {
    for (int k = 0; k < 20'000'000; ++k) sink = sink + 1;
  }
  std::int64_t one = 1;
  collective_->sum(std::span<std::int64_t>(&one, 1));
  EXPECT_EQ(one, static_cast<std::int64_t>(ranks_));
}

}  // namespace
}  // namespace weir
