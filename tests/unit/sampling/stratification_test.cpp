// What makes a design better than independent draws: how many points each box holds.

#include <cmath>
#include <map>

#include <gtest/gtest.h>

#include "server/sampling/design.h"
#include "tests/unit/sampling/study_of.h"

namespace weir {
namespace {

std::size_t stratum(double value, std::size_t strata) {
  return static_cast<std::size_t>(std::floor(value * static_cast<double>(strata)));
}

// Expects simulations first … first+strata-1 to have one value in each stratum of each axis.
void expect_one_in_each_stratum(const Design& design, std::size_t dimensions, std::uint64_t first,
                                std::size_t strata) {
  std::vector<std::vector<int>> hits(dimensions, std::vector<int>(strata));
  for (std::uint64_t sim = first; sim < first + strata; ++sim) {
    const auto values = design.parameters(sim).value();
    for (std::size_t d = 0; d < dimensions; ++d) ++hits[d].at(stratum(values[d], strata));
  }
  for (std::size_t d = 0; d < dimensions; ++d) {
    EXPECT_EQ(hits[d], std::vector<int>(strata, 1)) << "axis " << d << ", " << strata << " strata";
  }
}

TEST(StratificationTest, ALatinHypercubeHasOneSimulationInEachStratumOfEachAxis) {
  for (const std::size_t count : {1u, 2u, 7u, 100u}) {
    const auto design = make_design(test::study_of(DesignKind::latin_hypercube, 5, count));
    expect_one_in_each_stratum(*design, /*dimensions=*/5, /*first=*/0, count);
  }
}

TEST(StratificationTest, TheAxesOfALatinHypercubeArePermutedDifferently) {
  constexpr std::size_t count = 100;
  const auto design = make_design(test::study_of(DesignKind::latin_hypercube, 2, count));
  std::size_t on_the_diagonal = 0;
  for (std::uint64_t sim = 0; sim < count; ++sim) {
    const auto values = design->parameters(sim).value();
    on_the_diagonal += stratum(values[0], count) == stratum(values[1], count);
  }
  EXPECT_LT(on_the_diagonal, 10u);
}

TEST(StratificationTest, PowersOfTwoOfSobolPointsFillEachStratumOfEachAxisOnce) {
  const auto design =
      make_design(test::study_of(DesignKind::sobol, /*dimensions=*/64, /*count=*/10));
  for (std::size_t points = 1; points <= 1024; points *= 2) {
    expect_one_in_each_stratum(*design, /*dimensions=*/64, /*first=*/0, points);
  }
}

TEST(StratificationTest, LaterBlocksOfSobolPointsAreStratifiedToo) {
  const auto design =
      make_design(test::study_of(DesignKind::sobol, /*dimensions=*/64, /*count=*/10));
  expect_one_in_each_stratum(*design, /*dimensions=*/64, /*first=*/5 * 256, /*strata=*/256);
}

TEST(StratificationTest, TheFirstTwoSobolAxesFillEveryElementaryRectangleOnce) {
  constexpr unsigned bits = 8;
  const auto design =
      make_design(test::study_of(DesignKind::sobol, /*dimensions=*/2, /*count=*/10));
  for (unsigned along = 0; along <= bits; ++along) {
    const std::size_t columns = std::size_t{1} << along, rows = std::size_t{1} << (bits - along);
    std::map<std::pair<std::size_t, std::size_t>, int> hits;
    for (std::uint64_t sim = 0; sim < std::uint64_t{1} << bits; ++sim) {
      const auto values = design->parameters(sim).value();
      ++hits[{stratum(values[0], columns), stratum(values[1], rows)}];
    }
    EXPECT_EQ(hits.size(), columns * rows) << columns << " columns, " << rows << " rows";
  }
}

TEST(StratificationTest, PowersOfItsBaseOfHaltonPointsFillEachStratumOnce) {
  const std::size_t bases[] = {2, 3, 5, 7};
  const auto design =
      make_design(test::study_of(DesignKind::halton, /*dimensions=*/4, /*count=*/10));
  for (std::size_t d = 0; d < 4; ++d) {
    const std::size_t points = bases[d] * bases[d] * bases[d];
    std::vector<int> hits(points);
    for (std::uint64_t sim = 0; sim < points; ++sim) {
      // A coordinate is the lower end of a much finer interval; the middle of that is off every
      // edge.
      const double middle = design->parameters(sim).value()[d] + 1e-12;
      ++hits.at(stratum(middle, points));
    }
    EXPECT_EQ(hits, std::vector<int>(points, 1)) << "base " << bases[d];
  }
}

}  // namespace
}  // namespace weir
