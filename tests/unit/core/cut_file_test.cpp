#include "src/core/cut_file.h"

#include <gtest/gtest.h>

#include "src/core/error.h"
#include "tests/support/faulty_file_system.h"
#include "tests/support/temporary_folder.h"

namespace weir {
namespace {

class CutFileTest : public ::testing::Test {
 protected:
  void SetUp() override { files_.create(path_, 0600)->write("beginning|rest"); }

  FileSystem& files_ = posix_file_system();
  test::TemporaryFolder folder_;
  const Path path_ = folder_.path() / "log";
};

TEST_F(CutFileTest, KeepsTheBeginning) {
  cut_file(files_, path_, /*size=*/9);
  EXPECT_EQ(files_.read(path_), "beginning");
  EXPECT_EQ(files_.list(folder_.path()), std::vector<std::string>{"log"});
}

TEST_F(CutFileTest, WhoHadItOpenWritesIntoNothing) {
  const auto replaced = files_.append(path_, 0600);
  cut_file(files_, path_, /*size=*/9);
  const auto mine = files_.append(path_, 0600);
  replaced->write("|stale");
  mine->write("|mine");
  EXPECT_EQ(files_.read(path_), "beginning|mine");
}

TEST_F(CutFileTest, CopiesManyMebibytesToTheByte) {
  std::string bytes;
  for (std::size_t k = 0; k < (std::size_t{5} << 20) / 2; ++k)
    bytes += static_cast<char>(k * k % 251);
  files_.create(path_, 0600)->write(bytes + "rest");
  cut_file(files_, path_, bytes.size());
  EXPECT_EQ(files_.read(path_), bytes);
}

TEST_F(CutFileTest, WithoutRoomForACopyItIsCutInPlace) {
  test::FaultyFileSystem full(files_, /*first_failure=*/0);
  cut_file(full, path_, /*size=*/9);
  EXPECT_EQ(files_.read(path_), "beginning");
  EXPECT_EQ(files_.list(folder_.path()), std::vector<std::string>{"log"});
}

TEST_F(CutFileTest, FileThatIsNotThereIsAnError) {
  EXPECT_THROW(cut_file(files_, folder_.path() / "none", /*size=*/9), Error);
}

}  // namespace
}  // namespace weir
