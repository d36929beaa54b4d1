#include "server/sampling/design.h"

#include <cmath>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/sampling/sobol_numbers.h"
#include "src/core/error.h"
#include "src/study/names.h"
#include "tests/unit/sampling/study_of.h"

namespace weir {
namespace {

class DesignTest : public ::testing::TestWithParam<DesignKind> {};

TEST_P(DesignTest, StaysWithinTheBounds) {
  Study study = test::study_of(GetParam(), /*dimensions=*/3, /*count=*/200);
  study.parameters[0] = {"low", -1e-3, 1e-3, ""};
  study.parameters[1] = {"high", 1e6, 1e6 + 1, ""};
  const auto design = make_design(study);
  for (std::uint64_t sim = 0; sim < 400; ++sim) {
    const auto values = design->parameters(sim);
    ASSERT_TRUE(values) << sim;
    ASSERT_EQ(values->size(), 3u);
    for (std::size_t d = 0; d < 3; ++d) {
      EXPECT_GE((*values)[d], study.parameters[d].lower);
      EXPECT_LE((*values)[d], study.parameters[d].upper);
    }
  }
}

TEST_P(DesignTest, IsAPureFunctionOfStudyAndSimulation) {
  const Study study = test::study_of(GetParam(), /*dimensions=*/4, /*count=*/50);
  const auto first = make_design(study), second = make_design(study);
  for (std::uint64_t sim = 0; sim < 100; ++sim) first->parameters(sim);
  for (std::uint64_t sim = 100; sim-- > 0;) {
    EXPECT_EQ(first->parameters(sim), second->parameters(sim)) << sim;
  }
}

TEST_P(DesignTest, AnotherSeedGivesOtherParameters) {
  Study study = test::study_of(GetParam(), /*dimensions=*/2, /*count=*/50);
  const auto before = make_design(study)->parameters(7);
  study.seed += 1;
  EXPECT_NE(make_design(study)->parameters(7), before);
}

TEST_P(DesignTest, ReplacementsGoOnWithPointsOfTheirOwn) {
  const auto design = make_design(test::study_of(GetParam(), /*dimensions=*/2, /*count=*/500));
  std::set<std::vector<double>> points;
  for (std::uint64_t sim = 0; sim < 1000; ++sim) points.insert(design->parameters(sim).value());
  EXPECT_EQ(points.size(), 1000u);
}

TEST_P(DesignTest, FillsEveryAxisEvenly) {
  constexpr std::uint64_t count = 4096;
  const auto design = make_design(test::study_of(GetParam(), /*dimensions=*/40, count));
  std::vector<double> sums(40);
  for (std::uint64_t sim = 0; sim < count; ++sim) {
    const auto values = design->parameters(sim).value();
    for (std::size_t d = 0; d < sums.size(); ++d) sums[d] += values[d];
  }
  for (const double sum : sums)
    EXPECT_NEAR(sum / count, 0.5, /*five deviations of uniform=*/0.0226);
}

// Large neighbouring bases of a plain Halton sequence move together; at 200 points their
// correlation is near 1.
TEST_P(DesignTest, NeighbouringAxesAreNotCorrelated) {
  constexpr std::uint64_t count = 200;
  constexpr std::size_t dimensions = 40;
  const auto design = make_design(test::study_of(GetParam(), dimensions, count));
  std::vector<double> correlations(dimensions - 1);
  for (std::uint64_t sim = 0; sim < count; ++sim) {
    const auto values = design->parameters(sim).value();
    for (std::size_t d = 0; d + 1 < dimensions; ++d) {
      correlations[d] += 12.0 / count * (values[d] - 0.5) * (values[d + 1] - 0.5);
    }
  }
  for (const double correlation : correlations) EXPECT_LT(std::abs(correlation), 0.45);
}

INSTANTIATE_TEST_SUITE_P(Kinds, DesignTest,
                         ::testing::Values(DesignKind::uniform, DesignKind::latin_hypercube,
                                           DesignKind::halton, DesignKind::sobol),
                         [](const auto& kind) { return std::string(name_of(kind.param)); });

TEST(SobolDesignTest, MoreParametersThanDirectionNumbersAreRefusedWithTheLimit) {
  EXPECT_NO_THROW(make_design(test::study_of(DesignKind::sobol, /*dimensions=*/64, /*count=*/10)));
  try {
    make_design(test::study_of(DesignKind::sobol, /*dimensions=*/65, /*count=*/10));
    FAIL() << "was made";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::input);
    EXPECT_THAT(error.what(), ::testing::HasSubstr("limited to 64 parameters"));
  }
}

TEST(SobolDesignTest, TheSequenceEndsWithItsThirtyTwoBits) {
  const auto design =
      make_design(test::study_of(DesignKind::sobol, /*dimensions=*/2, /*count=*/10));
  EXPECT_TRUE(design->parameters((std::uint64_t{1} << 32) - 1));
  EXPECT_FALSE(design->parameters(std::uint64_t{1} << 32));
}

TEST(SobolDesignTest, InitialDirectionNumbersAreOddAndOfTheirLength) {
  for (const auto& numbers : sobol_numbers) {
    EXPECT_LT(numbers.coefficients, 1u << (numbers.degree - 1));
    for (unsigned k = 0; k < numbers.initial.size(); ++k) {
      if (k >= numbers.degree) {
        EXPECT_EQ(numbers.initial[k], 0u);
        continue;
      }
      EXPECT_EQ(numbers.initial[k] % 2, 1u);
      EXPECT_LT(numbers.initial[k], 2u << k);
    }
  }
}

}  // namespace
}  // namespace weir
