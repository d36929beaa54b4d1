#include "src/core/temporary_name.h"

#include <gtest/gtest.h>

namespace weir {
namespace {

TEST(TemporaryNameTest, IsBesideTheFileAnotherEachTimeAndRecognised) {
  const Path path = "/a/b/study.json";
  const Path first = temporary_beside(path), second = temporary_beside(path);
  EXPECT_EQ(first.parent_path(), "/a/b");
  EXPECT_NE(first, second);
  for (const Path& name : {first, second})
    EXPECT_TRUE(is_temporary_of(path, name.filename())) << name;
  EXPECT_FALSE(is_temporary_of("/a/b/other.json", first.filename()));
}

TEST(TemporaryNameTest, IsOfItsOwnFileAlone) {
  const Path path = "D/study.json";
  EXPECT_TRUE(is_temporary_of(path, ".study.json.12.0.tmp"));
  for (const char* name :
       {"study.json", ".study.json", ".study.json.tmp", ".study.json..tmp", "study.json.12.0.tmp",
        ".study.json.12.0", ".study.json.1x.0.tmp", ".study.json.12.0.tmp~", ""})
    EXPECT_FALSE(is_temporary_of(path, name)) << name;
}

}  // namespace
}  // namespace weir
