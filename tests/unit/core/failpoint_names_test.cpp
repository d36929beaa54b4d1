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
using ::testing::SizeIs;

std::string group_of(std::string_view name) { return std::string(name.substr(0, name.find('.'))); }

TEST(FailpointNamesTest, AreSortedAndBelongToAProcess) {
  EXPECT_TRUE(std::is_sorted(failpoint_names.begin(), failpoint_names.end()));
  for (const auto name : failpoint_names)
    EXPECT_THAT(group_of(name), AnyOf("client", "aggregator", "trainer", "checkpoint", "launcher"))
        << name;
}

TEST(FailpointNamesTest, AreAtLeast45OverAllProcesses) {
  std::map<std::string, int> count;
  for (const auto name : failpoint_names) ++count[group_of(name)];
  EXPECT_GE(failpoint_names.size(), 45u);
  for (const char* group : {"client", "aggregator", "trainer", "checkpoint", "launcher"})
    EXPECT_GE(count[group], 5) << group;
}

TEST(FailpointNamesTest, EachIsAtOnePlaceInTheSources) {
  const auto uses = names_given_to("WEIR_FAILPOINT", WEIR_SOURCE_DIR);
  for (const auto name : failpoint_names) {
    const auto found = uses.find(std::string(name));
    ASSERT_NE(found, uses.end()) << name << " is listed in failpoint_names.h and nowhere used";
    EXPECT_THAT(found->second, SizeIs(1)) << name;
  }
}

TEST(FailpointNamesTest, EachPlaceInTheSourcesIsListed) {
  for (const auto& [name, files] : names_given_to("WEIR_FAILPOINT", WEIR_SOURCE_DIR))
    EXPECT_THAT(failpoint_names, Contains(name)) << *files.begin();
}

}  // namespace
}  // namespace weir::test
