#include "launcher/study_folder.h"

#include <csignal>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "launcher/interrupts.h"
#include "src/core/error.h"
#include "tests/support/temporary_folder.h"

namespace weir {
namespace {

using testing::HasSubstr;
namespace fs = std::filesystem;

TEST(StudyFolderTest, IsPrivateAndHoldsTheResolvedStudy) {
  const test::TemporaryFolder folder;
  Study study;
  study.name = "toy";
  const auto directory = make_study_folder(posix_file_system(), folder / "a/D", study);
  EXPECT_EQ(fs::status(directory.root).permissions(), fs::perms(0700));
  EXPECT_EQ(fs::status(directory.run()).permissions(), fs::perms(0700));
  EXPECT_EQ(fs::status(directory.logs()).permissions(), fs::perms(0700));
  EXPECT_THAT(posix_file_system().read(directory.study()), HasSubstr("toy"));
}

TEST(StudyFolderTest, TakesAnEmptyFolderAndMakesItPrivate) {
  const test::TemporaryFolder folder;
  fs::create_directory(folder / "D");
  fs::permissions(folder / "D", fs::perms(0755));
  make_study_folder(posix_file_system(), folder / "D", {});
  EXPECT_EQ(fs::status(folder / "D").permissions(), fs::perms(0700));
}

TEST(StudyFolderTest, RefusesAFolderThatIsNotEmpty) {
  const test::TemporaryFolder folder;
  std::ofstream(folder / "mine") << "text";
  try {
    make_study_folder(posix_file_system(), folder.path(), {});
    FAIL() << "it was taken";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::input);
    EXPECT_THAT(error.what(), HasSubstr("--output"));
  }
}

TEST(StudyFolderTest, IsNamedAfterTheStudyWhenNoPlaceIsGiven) {
  Study study;
  study.name = "toy";
  EXPECT_EQ(output_folder("", study), fs::current_path() / "toy");
  EXPECT_EQ(output_folder("/x/../y", study), "/y");
}

TEST(StudyFolderTest, IsNotFoundWhereThereIsNone) {
  const test::TemporaryFolder folder;
  EXPECT_THROW(find_study_folder(posix_file_system(), folder.path()), Error);
}

TEST(InterruptsTest, WaitToBeTakenOneByOne) {
  Interrupts interrupts;
  EXPECT_FALSE(interrupts.take());
  raise(SIGINT);
  raise(SIGTERM);
  EXPECT_TRUE(interrupts.take());
  EXPECT_TRUE(interrupts.take());
  EXPECT_FALSE(interrupts.take());
}

}  // namespace
}  // namespace weir
