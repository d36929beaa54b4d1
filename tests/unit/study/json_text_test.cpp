#include "src/study/json_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/refusal.h"

namespace weir {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

std::string refusal(std::string_view text) {
  return test::refusal(ErrorKind::input, [&] { parse_json(text); });
}

TEST(JsonTextTest, CommentsAreBlanks) {
  EXPECT_EQ(parse_json("// one\n{/* two */\"a\": [1, // three\n2]}"), Json({{"a", {1, 2}}}));
}

TEST(JsonTextTest, ASyntaxErrorHasLineAndColumn) {
  EXPECT_THAT(refusal("{\n  \"a\": ]"), StartsWith("line 2, column 8: is no JSON: "));
  EXPECT_THAT(refusal(""), StartsWith("line 1, column 1: is no JSON: "));
  EXPECT_THAT(refusal("{} {}"), StartsWith("line 1, column 4: is no JSON: "));
}

TEST(JsonTextTest, TheLibrarysOwnWordsDoNotLeak) {
  for (const char* text : {"[1e999]", "[tru]", "{\"a\" 1}", "\"\xff\"", "/* open", "[\"\\u12\"]"}) {
    EXPECT_THAT(refusal(text), HasSubstr("is no JSON: "));
    EXPECT_THAT(refusal(text), ::testing::Not(HasSubstr("json.exception")));
  }
}

TEST(JsonTextTest, AKeyGivenTwiceIsFoundByItsPointer) {
  EXPECT_EQ(refusal(R"({"a": [{}, [0], {"b": 1, "c": {"b": 2}, "b": 3}]})"),
            "/a/2/b: is given twice; keep one of them");
}

TEST(JsonTextTest, TheSameKeyInTwoObjectsIsNoDuplicate) {
  EXPECT_EQ(refusal(R"([{"a": 1}, {"a": {"a": 2}}])"), "");
}

TEST(JsonTextTest, DeepNestingIsRefusedBeforeItIsBuilt) {
  EXPECT_THAT(refusal(std::string(1'000'000, '[')), HasSubstr("deeper than 32 levels"));
}

TEST(JsonTextTest, PointersEscapeTheirTwoSpecialCharacters) {
  EXPECT_EQ(child("/a", "b/c~d"), "/a/b~1c~0d");
}

TEST(JsonTextTest, ALongValueIsCut) {
  const std::string text = shown(Json(std::string(10'000, 'x')));
  EXPECT_LT(text.size(), 100u);
  EXPECT_THAT(text, StartsWith("\"xxx"));
}

}  // namespace
}  // namespace weir
