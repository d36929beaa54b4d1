// Key files: made once, kept, and read only when nobody else could have.

#include "src/wire/keys.h"

#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "src/core/error.h"
#include "tests/support/temporary_folder.h"

namespace weir::wire {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using ::testing::HasSubstr;

class KeyFile : public ::testing::Test {
 protected:
  std::string error_of_reading() const {
    try {
      read_key_file(posix_file_system(), path_);
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::environment);
      return error.what();
    }
    return "";
  }
  void write_text(const std::string& text) const { posix_file_system().replace(path_, text, 0600); }

  const weir::test::TemporaryFolder folder_;
  const fs::path path_ = folder_.path() / "server.key";
};

TEST_F(KeyFile, IsMadeOnceAndKept) {
  const CurveKey made = read_or_make_key(posix_file_system(), path_);
  const CurveKey again = read_or_make_key(posix_file_system(), path_);
  EXPECT_TRUE(is_curve_key(made.public_key));
  EXPECT_EQ(again.public_key, made.public_key);
  EXPECT_EQ(again.secret_key, made.secret_key);
  EXPECT_NE(made.public_key, made.secret_key);
  EXPECT_EQ(fs::status(path_).permissions(), fs::perms::owner_read | fs::perms::owner_write);
}

TEST_F(KeyFile, ThatOthersMayReadIsRefused) {
  write_key_file(posix_file_system(), path_, make_curve_key());
  fs::permissions(path_, fs::perms(0644));
  EXPECT_THAT(error_of_reading(), HasSubstr("chmod 600"));
  EXPECT_THROW(read_or_make_key(posix_file_system(), path_), Error);
}

TEST_F(KeyFile, InAFolderOpenToOthersIsRefused) {
  write_key_file(posix_file_system(), path_, make_curve_key());
  fs::permissions(folder_.path(), fs::perms(0755));
  EXPECT_THAT(error_of_reading(), HasSubstr("chmod 700"));
  fs::remove(path_);
  EXPECT_THROW(read_or_make_key(posix_file_system(), path_), Error);
}

TEST_F(KeyFile, ThatIsASymbolicLinkIsRefused) {
  const fs::path elsewhere = folder_.path() / "elsewhere";
  write_key_file(posix_file_system(), elsewhere, make_curve_key());
  fs::create_symlink(elsewhere, path_);
  EXPECT_THAT(error_of_reading(), HasSubstr("no regular file"));
}

TEST_F(KeyFile, ThatIsDamagedIsRefusedWithoutShowingIt) {
  const CurveKey key = make_curve_key();
  write_key_file(posix_file_system(), path_, key);
  const std::string whole = posix_file_system().read(path_);
  for (std::size_t size = 0; size + 2 < whole.size(); size += 5) {
    write_text(whole.substr(0, size));
    const std::string error = error_of_reading();
    EXPECT_THAT(error, HasSubstr("damaged")) << size;
    EXPECT_EQ(error.find(key.secret_key.substr(0, 8)), std::string::npos);
  }
}

TEST_F(KeyFile, WhoseKeysAreNoPairIsRefused) {
  CurveKey mixed = make_curve_key();
  mixed.public_key = make_curve_key().public_key;
  write_key_file(posix_file_system(), path_, mixed);
  EXPECT_THAT(error_of_reading(), HasSubstr("no pair"));
}

TEST_F(KeyFile, ThatNobodyMakesEndsTheWait) {
  try {
    await_key_file(posix_file_system(), path_, 30ms);
    FAIL() << "there is no key";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("is not there"));
  }
}

TEST(CurveKeyText, IsFortyCharactersOfZ85) {
  EXPECT_TRUE(is_curve_key(make_curve_key().secret_key));
  EXPECT_FALSE(is_curve_key(""));
  EXPECT_FALSE(is_curve_key(std::string(39, '0')));
  EXPECT_FALSE(is_curve_key(std::string(40, '"')));
  EXPECT_FALSE(is_curve_key(std::string(40, '#'))) << "each five characters are at most 2^32 - 1";
}

}  // namespace
}  // namespace weir::wire
