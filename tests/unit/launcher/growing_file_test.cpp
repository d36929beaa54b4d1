#include "launcher/records/growing_file.h"

#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/temporary_folder.h"

namespace weir {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class GrowingFileTest : public testing::Test {
 protected:
  void add(const std::string& text) { std::ofstream(path_, std::ios::app) << text; }
  void replace(const std::string& text) {
    std::filesystem::remove(path_);
    add(text);
  }
  /// What it gives; "anew" before a file that is another one.
  std::vector<std::string> look() {
    std::vector<std::string> given;
    file_.look(
        posix_file_system(), [&] { given.push_back("anew"); },
        [&](std::string_view lines) { given.emplace_back(lines); });
    return given;
  }

  test::TemporaryFolder folder_;
  const Path path_ = folder_ / "lines";
  GrowingFile file_{path_};
};

TEST_F(GrowingFileTest, GivesWholeLinesOnce) {
  add("one\ntwo\nthr");
  EXPECT_THAT(look(), ElementsAre("one\ntwo\n"));
  EXPECT_EQ(file_.offset(), 8u);
  EXPECT_THAT(look(), IsEmpty());
  add("ee\n");
  EXPECT_THAT(look(), ElementsAre("three\n"));
}

TEST_F(GrowingFileTest, BeginsAnewWithAFileThatIsShorter) {
  add("one\ntwo\n");
  look();
  replace("one\n");
  EXPECT_THAT(look(), ElementsAre("anew", "one\n"));
}

TEST_F(GrowingFileTest, BeginsAnewWithAFileThatIsLongerAndAnotherOne) {
  add("one\ntwo\n");
  look();
  replace("one\nTWO\nthree\n");
  EXPECT_THAT(look(), ElementsAre("anew", "one\nTWO\nthree\n"));
}

TEST_F(GrowingFileTest, WaitsForTheFirstLineOfAFileThatIsAnotherOne) {
  add("one\n");
  look();
  replace("o");
  EXPECT_THAT(look(), ElementsAre("anew"));
  EXPECT_THAT(look(), IsEmpty());
  add("ther\n");
  EXPECT_THAT(look(), ElementsAre("other\n"));
}

TEST_F(GrowingFileTest, GivesALineThatIsLongerThanAnyShouldBeInPieces) {
  const std::string line(std::size_t{9} << 20, 'x');
  add("one\n" + line + "\ntwo\n");
  std::string all;
  for (const auto& piece : look()) all += piece;
  EXPECT_TRUE(all == "one\n" + line + "\ntwo\n") << all.size();
}

}  // namespace
}  // namespace weir
