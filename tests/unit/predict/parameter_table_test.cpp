#include "server/predict/parameter_table.h"

#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/data/data_set.h"
#include "src/core/error.h"
#include "tests/support/temporary_folder.h"

namespace weir {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class ParameterTableTest : public testing::Test {
 protected:
  ParameterTableTest() {
    study_.parameters = {{.name = "initial", .lower = 100, .upper = 500, .unit = "K"},
                         {.name = "west", .lower = 0, .upper = 1, .unit = ""}};
    study_.simulation.steps = 2;
    study_.simulation.fields = {{.name = "u", .shape = {3}, .unit = ""}};
  }

  std::string file(const std::string& text) {
    const auto path = folder_ / "list.csv";
    std::ofstream(path) << text;
    return path.string();
  }

  /// Simulations 3 and 5.
  std::filesystem::path data_set() {
    const auto path = folder_ / "data.h5";
    DataSetWriter writer(path, study_);
    for (const std::uint64_t sim : {3, 5})
      for (const std::uint64_t step : {0, 1})
        writer.write({sim, step}, std::vector<double>{100.0 * static_cast<double>(sim), 0.5},
                     std::vector<float>{1, 2, 3});
    writer.finish();
    return path;
  }

  std::string error_of(const std::vector<std::string>& given,
                       const std::optional<DataSource>& source = {}) {
    try {
      make_table(study_, given, source);
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::input);
      return error.what();
    }
    return "no error";
  }

  test::TemporaryFolder folder_;
  Study study_;
};

TEST_F(ParameterTableTest, ValuesByNameMakeOneSimulationInAnyOrder) {
  const auto table = make_table(study_, {"west=0.25", "initial=3e2"}, {});
  EXPECT_THAT(table.rows, ElementsAre(ElementsAre(300, 0.25)));
  EXPECT_THAT(table.simulations, ElementsAre(0));
  EXPECT_EQ(make_table(study_, {"west=0.25, initial=300"}, {}).rows, table.rows);
}

TEST_F(ParameterTableTest, AFileMakesASimulationALineWithColumnsInAnyOrder) {
  const auto table = make_table(study_, {file("west, initial\n0.5,200\r\n\n0.75,300\n")}, {});
  EXPECT_THAT(table.rows, ElementsAre(ElementsAre(200, 0.5), ElementsAre(300, 0.75)));
  EXPECT_THAT(table.simulations, ElementsAre(0, 1));
}

TEST_F(ParameterTableTest, AValueByNameIsForEveryLineOfAFile) {
  const auto table = make_table(study_, {file("initial\n200\n300\n"), "west=1"}, {});
  EXPECT_THAT(table.rows, ElementsAre(ElementsAre(200, 1), ElementsAre(300, 1)));
}

TEST_F(ParameterTableTest, ADataSetGivesItsSimulationsNumbersAndParameters) {
  const auto all = make_table(study_, {}, DataSource{data_set(), {}});
  EXPECT_THAT(all.simulations, ElementsAre(3, 5));
  EXPECT_THAT(all.rows, ElementsAre(ElementsAre(300, 0.5), ElementsAre(500, 0.5)));
  const auto one = make_table(study_, {"west=0.75"}, DataSource{data_set(), 5});
  EXPECT_THAT(one.simulations, ElementsAre(5));
  EXPECT_THAT(one.positions, ElementsAre(1));
  EXPECT_THAT(one.rows, ElementsAre(ElementsAre(500, 0.75)));
  EXPECT_THAT(error_of({}, DataSource{data_set(), 4}), HasSubstr("has no simulation 4"));
}

TEST_F(ParameterTableTest, AnUnknownNameIsAnsweredWithTheNearest) {
  EXPECT_THAT(error_of({"wets=1", "initial=200"}), HasSubstr("\"wets\"; did you mean \"west\"?"));
  EXPECT_THAT(error_of({file("initial,wst\n1,2\n")}),
              HasSubstr("line 1: the model has no parameter"));
}

TEST_F(ParameterTableTest, WhatIsMissingOrGivenTwiceIsNamed) {
  EXPECT_THAT(error_of({"initial=200"}), HasSubstr("west is missing"));
  EXPECT_THAT(error_of({}), HasSubstr("initial is missing"));
  EXPECT_THAT(error_of({"west=1", "west=2"}), HasSubstr("west is given twice"));
  EXPECT_THAT(error_of({file("initial,west\n1,2\n"), "west=2"}), HasSubstr("west is given twice"));
  EXPECT_THAT(error_of({file("west,west\n1,2\n")}), HasSubstr("west is given twice"));
}

TEST_F(ParameterTableTest, WhatIsNoNumberIsNamedWithItsPlace) {
  EXPECT_THAT(error_of({"west=high", "initial=2"}),
              HasSubstr("west is \"high\"; expected a number"));
  EXPECT_THAT(error_of({"west=nan", "initial=2"}), HasSubstr("expected a number"));
  EXPECT_THAT(error_of({file("initial,west\n200,1\n200,x\n")}), HasSubstr("line 3: west is \"x\""));
  EXPECT_THAT(error_of({file("initial,west\n200\n")}),
              HasSubstr("line 2 has 1 values; expected 2"));
}

TEST_F(ParameterTableTest, AFileThatIsNotThereOrEmptyIsNamed) {
  EXPECT_THAT(error_of({"no/such.csv"}), HasSubstr("no/such.csv"));
  EXPECT_THAT(error_of({file("initial,west\n")}), HasSubstr("has no simulation"));
  EXPECT_THAT(error_of({file("initial,west\n1,1\n")}, DataSource{data_set(), {}}),
              HasSubstr("leave one of both out"));
}

TEST_F(ParameterTableTest, ValuesOutsideTheirBoundsAreWarnedOfOnceAParameter) {
  const auto table = make_table(study_, {file("initial,west\n200,0\n600,0\n50,1\n500,1\n")}, {});
  EXPECT_THAT(
      bound_warnings(study_, table),
      ElementsAre("initial is 600 in simulation 1 and outside in 1 more: the model was trained on "
                  "100 to 500 and extrapolates"));
}

TEST(DataSourceTest, IsAFileWithOrWithoutANumber) {
  EXPECT_EQ(parse_source("a/b.h5").file, "a/b.h5");
  EXPECT_FALSE(parse_source("a/b.h5").simulation);
  EXPECT_EQ(parse_source("a/b.h5:12").simulation, 12U);
  EXPECT_EQ(parse_source("a/b.h5:12").file, "a/b.h5");
  EXPECT_EQ(parse_source("at:8/b.h5").file, "at:8/b.h5");
  EXPECT_THROW(parse_source("b.h5:first"), Error);
}

}  // namespace
}  // namespace weir
