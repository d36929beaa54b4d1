// The list of failpoints is what the sources hold.

#include "src/core/failpoint_names.h"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/core/source_names.h"

namespace weir::test {
namespace {

using ::testing::AnyOf;
using ::testing::Contains;

std::string group_of(std::string_view name) { return std::string(name.substr(0, name.find('.'))); }

TEST(FailpointNamesTest, AreSortedAndBelongToAProcess) {
  EXPECT_TRUE(std::is_sorted(failpoint_names.begin(), failpoint_names.end()));
  for (const auto name : failpoint_names)
    EXPECT_THAT(group_of(name), AnyOf("client", "aggregator", "trainer", "checkpoint", "launcher"))
        << name;
}

TEST(FailpointNamesTest, EachPlaceInTheSourcesIsListed) {
  for (const auto& [name, files] : names_given_to("WEIR_FAILPOINT", WEIR_SOURCE_DIR))
    EXPECT_THAT(failpoint_names, Contains(name)) << *files.begin();
}

}  // namespace
}  // namespace weir::test
