// Includes point one way (section 10 of the design).

#include "tests/unit/core/layering.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace weir::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class SourceTree : public ::testing::Test {
 protected:
  const Includes includes_ =
      read_includes(WEIR_SOURCE_DIR, {"src", "client_api", "server", "launcher"});
};

TEST_F(SourceTree, IsReadAtAll) {
  ASSERT_EQ(includes_.count("src/study"), 1u);
  EXPECT_EQ(includes_.at("src/study").count("src/core"), 1u);
}

TEST_F(SourceTree, KeepsTheLayersOfTheDesign) { EXPECT_THAT(broken_rules(includes_), IsEmpty()); }

TEST_F(SourceTree, HasNoCycleBetweenFolders) {
  EXPECT_EQ(folder_cycle(includes_).value_or(""), "");
}

TEST(LayeringTest, ReadsIncludesInQuotesAndNoNeighbours) {
  Includes includes;
  add_includes("server/store/store.h",
               "#include <vector>\n#include \"server/store/slots.h\"\n#include \"near.h\"\n"
               "  #include \"src/core/error.h\"  // why\n// #include \"server/data/data_set.h\"\n",
               includes);
  EXPECT_THAT(includes["server/store"], ElementsAre("src/core"));
}

TEST(LayeringTest, FindsEachBrokenRule) {
  EXPECT_THAT(broken_rule("src/wire", "server/store").value_or(""), HasSubstr("src is below"));
  EXPECT_THAT(broken_rule("launcher/schedulers", "server/data").value_or(""),
              HasSubstr("never include each other"));
  EXPECT_THAT(broken_rule("client_api", "launcher").value_or(""),
              HasSubstr("never include each other"));
  EXPECT_THAT(broken_rule("src/core", "src/wire").value_or(""), HasSubstr("at the bottom"));
  EXPECT_THAT(broken_rule("src/wire", "src/study").value_or(""),
              HasSubstr("do not know each other"));
  EXPECT_THAT(broken_rule("src/study", "src/wire").value_or(""),
              HasSubstr("do not know each other"));
  EXPECT_THAT(broken_rule("server", "tests/support").value_or(""), HasSubstr("only tests"));
}

TEST(LayeringTest, AllowsWhatTheDesignAllows) {
  EXPECT_FALSE(broken_rule("server/store", "server/training"));
  EXPECT_FALSE(broken_rule("launcher", "src/study"));
  EXPECT_FALSE(broken_rule("src/wire", "src/core"));
}

TEST(LayeringTest, FindsACycleAndNamesItsFolders) {
  EXPECT_EQ(folder_cycle({{"a", {"b"}}, {"b", {"c", "d"}}, {"c", {}}, {"d", {"b"}}}).value_or(""),
            "b → d → b");
  EXPECT_EQ(folder_cycle({{"a", {"b", "c"}}, {"b", {"c"}}}), std::nullopt);
}

}  // namespace
}  // namespace weir::test
