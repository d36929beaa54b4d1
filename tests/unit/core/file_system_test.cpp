#include "src/core/file_system.h"

#include <filesystem>
#include <iterator>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "src/core/error.h"
#include "tests/support/faulty_file_system.h"
#include "tests/support/temporary_folder.h"

namespace weir {
namespace {

using ::testing::HasSubstr;

unsigned mode_of(const Path& path) {
  struct stat status {};
  EXPECT_EQ(::stat(path.c_str(), &status), 0) << path;
  return status.st_mode & 0777u;
}

std::size_t entries_in(const Path& folder) {
  return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(folder), {}));
}

template <class Call>
std::string failure_of(Call call) {
  try {
    call();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::environment);
    return error.what();
  }
  return "no error";
}

class FileSystemTest : public ::testing::Test {
 protected:
  void create(const Path& path, std::string_view bytes, unsigned mode = 0600) {
    const auto file = files_.create(path, mode);
    file->write(bytes);
    file->close();
  }

  test::TemporaryFolder folder_;
  FileSystem& files_ = posix_file_system();
};

TEST_F(FileSystemTest, ReadsBackWhatWasWritten) {
  const std::string bytes(300'000, 'x');
  create(folder_ / "a", bytes + '\0' + "end");
  EXPECT_EQ(files_.read(folder_ / "a"), bytes + '\0' + "end");
}

TEST_F(FileSystemTest, CreateTruncatesAndAppendGoesOn) {
  create(folder_ / "a", "a long first text");
  create(folder_ / "a", "one");
  const auto file = files_.append(folder_ / "a", 0600);
  file->write(" two");
  file->sync();
  file->close();
  EXPECT_EQ(files_.read(folder_ / "a"), "one two");
}

TEST_F(FileSystemTest, ANewFileHasItsMode) {
  create(folder_ / "a", "", 0600);
  EXPECT_EQ(mode_of(folder_ / "a"), 0600u);
}

TEST_F(FileSystemTest, AFileThatWasOpenToOthersIsClosedToThem) {
  create(folder_ / "key", "", 0644);
  ASSERT_EQ(::chmod((folder_ / "key").c_str(), 0644), 0);
  create(folder_ / "key", "secret", 0600);
  EXPECT_EQ(mode_of(folder_ / "key"), 0600u);
}

TEST_F(FileSystemTest, MakesFoldersOnTheWayAndKeepsThoseThatAreThere) {
  files_.make_directories(folder_ / "a/b/c", 0700);
  files_.make_directories(folder_ / "a/b/c/d/", 0700);
  EXPECT_TRUE(std::filesystem::is_directory(folder_ / "a/b/c/d"));
  EXPECT_EQ(mode_of(folder_ / "a/b"), 0700u);
}

TEST_F(FileSystemTest, AFileInTheWayOfAFolderIsNamed) {
  create(folder_ / "a", "");
  const std::string text = failure_of([&] { files_.make_directories(folder_ / "a/b", 0700); });
  EXPECT_THAT(text, HasSubstr((folder_ / "a").string()));
  EXPECT_THAT(text, HasSubstr("not a directory"));
}

TEST_F(FileSystemTest, AMissingFileIsNamedWithTheReason) {
  const std::string text = failure_of([&] { files_.read(folder_ / "none"); });
  EXPECT_EQ(text, "cannot read " + (folder_ / "none").string() + ": no such file or directory");
}

TEST_F(FileSystemTest, AFolderCannotBeRead) {
  EXPECT_THAT(failure_of([&] { files_.read(folder_.path()); }), HasSubstr("is a directory"));
}

TEST_F(FileSystemTest, AFullDiskIsSaidInWords) {
  if (!files_.exists("/dev/full")) GTEST_SKIP() << "no /dev/full here";
  const auto file = files_.append("/dev/full", 0666);
  EXPECT_EQ(failure_of([&] { file->write("x"); }),
            "cannot write /dev/full: no space left on device");
}

TEST_F(FileSystemTest, RemovingWhatIsNotThereIsNoError) {
  EXPECT_NO_THROW(files_.remove(folder_ / "none"));
  create(folder_ / "a", "");
  files_.remove(folder_ / "a");
  EXPECT_FALSE(files_.exists(folder_ / "a"));
}

TEST_F(FileSystemTest, RemovesAFolderThatAnotherProcessRemovesAndFillsAtTheSameTime) {
  const Path folder = folder_.path() / "busy";
  std::error_code ignored;
  std::jthread other([&](const std::stop_token& stop) {
    std::error_code error;
    while (!stop.stop_requested()) {
      std::filesystem::create_directories(folder / "rank.1", error);
      std::filesystem::remove_all(folder, error);
    }
  });
  for (int k = 0; k < 50; ++k) {
    for (int rank = 0; rank < 8; ++rank)
      std::filesystem::create_directories(folder / std::to_string(rank) / "u", ignored);
    EXPECT_NO_THROW(files_.remove_all(folder));
  }
}

TEST_F(FileSystemTest, AFileUnderAFileDoesNotExist) {
  create(folder_ / "a", "");
  EXPECT_FALSE(files_.exists(folder_ / "a/b"));
}

TEST_F(FileSystemTest, RenameNamesBothPaths) {
  const std::string text = failure_of([&] { files_.rename(folder_ / "none", folder_ / "other"); });
  EXPECT_THAT(text, HasSubstr((folder_ / "none").string()));
  EXPECT_THAT(text, HasSubstr((folder_ / "other").string()));
}

TEST_F(FileSystemTest, ReplaceLeavesTheNewContentAndNothingElse) {
  create(folder_ / "a", "old");
  files_.replace(folder_ / "a", "new", 0600);
  EXPECT_EQ(files_.read(folder_ / "a"), "new");
  EXPECT_EQ(entries_in(folder_.path()), 1u);
}

TEST_F(FileSystemTest, AReplaceThatFindsTheDiskFullLeavesTheOldContent) {
  create(folder_ / "a", "old");
  test::FaultyFileSystem faulty(files_, /*first_failure=*/0);
  const std::string text = failure_of([&] { faulty.replace(folder_ / "a", "new", 0600); });
  EXPECT_THAT(text, HasSubstr("no space left on device"));
  EXPECT_EQ(files_.read(folder_ / "a"), "old");
  EXPECT_EQ(entries_in(folder_.path()), 1u);
}

}  // namespace
}  // namespace weir
