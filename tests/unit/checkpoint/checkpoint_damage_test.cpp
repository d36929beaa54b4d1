// Every bit of every file of a checkpoint, turned over; every file, cut at every length.

#include <cstdio>
#include <string>

#include <gmock/gmock.h>

#include "server/checkpoint/checkpoint.h"
#include "src/core/error.h"
#include "tests/support/crash_file_system.h"
#include "tests/unit/checkpoint/study_in_memory.h"

namespace weir {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr std::size_t ranks = 2;

/// Three cuts of two ranks on a disk in memory, the last one with rows of its own and shared ones.
class DamagedCheckpoint : public ::testing::Test {
 protected:
  DamagedCheckpoint() : studies_{{1, 8, 0, ranks}, {1, 8, 1, ranks}} {
    for (std::size_t k = 0; k < 3; ++k) save(/*arrivals=*/k == 0 ? 20 : 2);
  }

  void save(std::size_t arrivals) {
    CutName name;
    std::vector<PartWritten> written;
    for (std::size_t rank = 0; rank < ranks; ++rank) {
      studies_[rank].overwrite(arrivals);
      RankCut cut = studies_[rank].cut();
      name = cut.name;
      written.push_back(folder_.write_part(cut, rank));
    }
    folder_.publish(name);
    for (std::size_t rank = 0; rank < ranks; ++rank) studies_[rank].published(written[rank].places);
  }

  /// What any rank that needs the file says; empty: nobody noticed.
  std::string damage() const {
    for (std::size_t rank = 0; rank < ranks; ++rank) {
      if (auto text = folder_.damage(3, rank); !text.empty()) return text;
    }
    return {};
  }

  /// A reader that did not ask is told, or gets something; it never falls over.
  void read_all() const {
    for (std::size_t rank = 0; rank < ranks; ++rank) {
      try {
        const RankPart part = folder_.read_part(3, rank);
        const ReadRow read = folder_.row_reader(3, rank, part);
        std::vector<float> row(test::StudyInMemory::row_size);
        for (std::size_t k = 0; k < part.places.size(); ++k) read(k, row);
      } catch (const Error&) {
      }
    }
  }

  test::CrashFileSystem disk_;
  CheckpointFolder folder_{disk_, "/checkpoints"};
  std::vector<test::StudyInMemory> studies_;
  const Path newest_ = "/checkpoints/3";
};

TEST_F(DamagedCheckpoint, IsDetectedForEveryBitThatIsTurnedOver) {
  ASSERT_THAT(damage(), IsEmpty());
  std::size_t flips = 0;
  for (const Path& path : disk_.files_under(newest_)) {
    std::string& bytes = disk_.content(path);
    for (std::size_t k = 0; k < bytes.size(); ++k) {
      for (std::size_t bit = 0; bit < 8; ++bit, ++flips) {
        bytes[k] = static_cast<char>(bytes[k] ^ 1 << bit);
        ASSERT_THAT(damage(), HasSubstr(path.string())) << "bit " << bit << " of byte " << k;
        if (bit == k % 8) read_all();
        bytes[k] = static_cast<char>(bytes[k] ^ 1 << bit);
      }
    }
  }
  std::printf("%zu bits turned over in %zu files, all detected\n", flips,
              disk_.files_under(newest_).size());
  EXPECT_THAT(damage(), IsEmpty());
  EXPECT_GT(disk_.files_under(newest_).size(), 10u);
}

TEST_F(DamagedCheckpoint, IsDetectedForEveryByteThatIsReplaced) {
  std::size_t flips = 0;
  for (const Path& path : disk_.files_under(newest_)) {
    for (char& byte : disk_.content(path)) {
      byte = static_cast<char>(~byte);
      ASSERT_THAT(damage(), HasSubstr(path.string()));
      byte = static_cast<char>(~byte);
      ++flips;
    }
  }
  std::printf("%zu bytes replaced, all detected\n", flips);
  EXPECT_THAT(damage(), IsEmpty());
}

TEST_F(DamagedCheckpoint, IsDetectedForEveryLengthAFileIsCutTo) {
  std::size_t cuts = 0;
  for (const Path& path : disk_.files_under(newest_)) {
    const std::string whole = disk_.content(path);
    for (std::size_t length = 0; length < whole.size(); ++length, ++cuts) {
      disk_.content(path) = whole.substr(0, length);
      ASSERT_THAT(damage(), HasSubstr(path.string())) << "cut to " << length << " bytes";
      read_all();
    }
    disk_.content(path) = whole + "x";
    EXPECT_THAT(damage(), HasSubstr(path.string())) << "a byte too much";
    disk_.content(path) = whole;
  }
  std::printf("%zu lengths, all detected\n", cuts);
  EXPECT_THAT(damage(), IsEmpty());
}

TEST_F(DamagedCheckpoint, IsDetectedForEveryFileThatIsMissing) {
  for (const Path& path : disk_.files_under(newest_)) {
    disk_.rename(path, "/elsewhere");
    EXPECT_THAT(damage(), HasSubstr(path.string()));
    disk_.rename("/elsewhere", path);
  }
  EXPECT_THAT(damage(), IsEmpty());
}

TEST_F(DamagedCheckpoint, IsNotReadFurtherThanItsChecksum) {
  disk_.content(newest_ / "rank.1/store").back() ^= 1;
  EXPECT_THROW(folder_.read_part(3, 1), Error);
  EXPECT_NO_THROW(folder_.read_part(3, 0)) << "rank 0's part is whole";
}

TEST_F(DamagedCheckpoint, UnderAnotherNumberIsNamed) {
  disk_.rename(newest_, "/checkpoints/9");
  EXPECT_THAT(folder_.damage(9, 0), HasSubstr("is of checkpoint 3"));
  EXPECT_THROW(folder_.name_of(9), Error);
}

}  // namespace
}  // namespace weir
