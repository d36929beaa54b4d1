#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/sampling/design.h"
#include "src/core/error.h"
#include "tests/support/temporary_folder.h"
#include "tests/unit/sampling/study_of.h"

namespace weir {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Optional;

class ListTest : public ::testing::Test {
 protected:
  ListTest() : study_(test::study_of(DesignKind::list, /*dimensions=*/2, /*count=*/2)) {
    study_.sampling.file = folder_ / "points.csv";
  }

  std::unique_ptr<Design> design_of(const std::string& csv) {
    std::ofstream(study_.sampling.file) << csv;
    return make_design(study_);
  }

  std::string refusal_of(const std::string& csv) {
    try {
      design_of(csv);
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::input);
      EXPECT_THAT(error.what(), HasSubstr(study_.sampling.file.string()));
      return error.what();
    }
    return "no error";
  }

  test::TemporaryFolder folder_;
  Study study_;
};

TEST_F(ListTest, GivesItsLinesInTheStudysOrderOfParameters) {
  const auto design = design_of("p1, p0\r\n0.25,1\r\n\n1e-3 ,\t0.5");
  EXPECT_THAT(design->parameters(0), Optional(ElementsAre(1, 0.25)));
  EXPECT_THAT(design->parameters(1), Optional(ElementsAre(0.5, 1e-3)));
}

TEST_F(ListTest, FurtherLinesReplaceSimulationsUntilItHasEnded) {
  const auto design = design_of("p0,p1\n0,0\n0,1\n1,1\n");
  EXPECT_THAT(design->parameters(2), Optional(ElementsAre(1, 1)));
  EXPECT_EQ(design->parameters(3), std::nullopt);
}

TEST_F(ListTest, AMissingFileIsNamed) {
  try {
    make_design(study_);
    FAIL() << "was made";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::input);
    EXPECT_THAT(error.what(), HasSubstr("points.csv: no such file or directory"));
  }
}

TEST_F(ListTest, AnEmptyFileIsRefused) {
  EXPECT_THAT(refusal_of("\n\n"), HasSubstr("is empty; expected a header line p0,p1"));
}

TEST_F(ListTest, AnotherHeaderIsRefused) {
  EXPECT_THAT(refusal_of("p0,q\n0,0\n0,0\n"), HasSubstr("line 1: has no column \"p1\""));
  EXPECT_THAT(refusal_of("p0,p1,q\n0,0,0\n0,0,0\n"), HasSubstr("line 1: has 3 columns"));
}

TEST_F(ListTest, TooFewLinesAreRefused) {
  EXPECT_THAT(refusal_of("p0,p1\n0,0\n"),
              HasSubstr("has 1 simulations, fewer than /simulation/count, 2"));
}

TEST_F(ListTest, ALineOfAnotherLengthIsRefused) {
  EXPECT_THAT(refusal_of("p0,p1\n0,0\n0\n"), HasSubstr("line 3: has 1 values; expected 2"));
}

TEST_F(ListTest, WhatIsNoNumberIsRefused) {
  EXPECT_THAT(refusal_of("p0,p1\n0,zero\n0,0\n"),
              HasSubstr("line 2: p1 is \"zero\"; expected a number"));
  EXPECT_THAT(refusal_of("p0,p1\n0,nan\n0,0\n"), HasSubstr("p1 is \"nan\"; expected a number"));
  EXPECT_THAT(refusal_of("p0,p1\n0,\n0,0\n"), HasSubstr("p1 is \"\"; expected a number"));
  EXPECT_THAT(refusal_of("p0,p1\n0,0 0\n0,0\n"), HasSubstr("p1 is \"0 0\"; expected a number"));
}

TEST_F(ListTest, AValueOutOfBoundsIsRefused) {
  EXPECT_THAT(refusal_of("p0,p1\n0,0\n1.5,0\n"),
              HasSubstr("line 3: p0 is 1.5, out of its bounds, 0 to 1"));
}

}  // namespace
}  // namespace weir
