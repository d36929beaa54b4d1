// The machine stops, or a disk fails, at every single call that writes a checkpoint.

#include <cstdio>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <gmock/gmock.h>

#include "server/checkpoint/checkpoint.h"
#include "src/core/error.h"
#include "tests/support/crash_file_system.h"
#include "tests/support/faulty_file_system.h"
#include "tests/unit/checkpoint/study_in_memory.h"

namespace weir {
namespace {

using test::Crash;
using test::CrashFileSystem;
using test::Lost;
using test::StudyContent;
using test::StudyInMemory;
using ::testing::HasSubstr;

constexpr std::size_t ranks = 2;
const Path root = "/study/checkpoints";

/// A study of two ranks on a disk; cuts go as the server lets them go.
class Study {
 public:
  explicit Study(FileSystem& files) : folder_(files, root) {
    for (std::size_t rank = 0; rank < ranks; ++rank)
      parts_.emplace_back(/*seed=*/3, /*capacity=*/12, rank, ranks);
  }

  /// `published` becomes true as soon as publish() has come back.
  void save(bool& published) {
    std::vector<RankCut> cuts;
    for (auto& part : parts_) {
      part.overwrite(8);
      cuts.push_back(part.cut());
    }
    const CutName name = cuts.front().name;
    std::vector<PartWritten> written;
    for (std::size_t rank = 0; rank < ranks; ++rank)
      written.push_back(folder_.write_part(cuts[rank], rank));
    folder_.publish(name);
    published = true;
    for (std::size_t rank = 0; rank < ranks; ++rank) parts_[rank].published(written[rank].places);
    folder_.prune(2);
  }
  void save() {
    bool published = false;
    save(published);
  }

  CheckpointFolder& folder() { return folder_; }
  std::vector<StudyContent> contents() const {
    std::vector<StudyContent> contents;
    for (const auto& part : parts_) contents.push_back(part.content());
    return contents;
  }
  void restore(const std::vector<StudyContent>& contents) {
    for (std::size_t rank = 0; rank < ranks; ++rank) parts_[rank].restore(contents[rank]);
  }

 private:
  CheckpointFolder folder_;
  std::vector<StudyInMemory> parts_;
};

std::vector<StudyContent> load(const CheckpointFolder& folder) {
  std::vector<StudyContent> contents;
  for (std::size_t rank = 0; rank < ranks; ++rank) {
    if (auto content = test::load_newest(folder, rank, ranks))
      contents.push_back(std::move(*content));
  }
  return contents;
}

bool same(const std::vector<StudyContent>& a, const std::vector<StudyContent>& b) {
  std::string difference;
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [&](const auto& x, const auto& y) { return test::same(x, y, difference); });
}

/// A disk with a folder for the study, which is safe.
void prepare(CrashFileSystem& disk) {
  disk.make_directories(root.parent_path(), 0700);
  disk.sync_directory("/");
}

/// How a cut is disturbed, and after how many that went well.
struct Fault {
  std::size_t cuts_before;
  std::size_t call;
  CrashFileSystem::Manner manner = CrashFileSystem::Manner::after;
  Lost lost = Lost::nothing;
};

std::string text_of(const Fault& fault) {
  return "call " + std::to_string(fault.call) + " of cut " + std::to_string(fault.cuts_before + 1) +
         ", manner " + std::to_string(static_cast<int>(fault.manner)) + ", lost " +
         std::to_string(static_cast<int>(fault.lost));
}

/// Calls that one more cut takes after so many.
std::size_t calls_of_a_cut(std::size_t cuts_before, std::size_t& first) {
  CrashFileSystem disk;
  prepare(disk);
  if (cuts_before == 0) first = disk.calls();
  Study study(disk);
  for (std::size_t k = 0; k < cuts_before; ++k) study.save();
  if (cuts_before != 0) first = disk.calls();
  study.save();
  return disk.calls() - first;
}

/// What was saved before and after the fault, and whether the later one was said to be published.
struct Outcome {
  std::vector<StudyContent> before, after;
  bool published = false;
};

Outcome crash(CrashFileSystem& disk, const Fault& fault) {
  Outcome outcome;
  prepare(disk);
  std::optional<Study> study;
  if (fault.cuts_before > 0) {
    study.emplace(disk);
    for (std::size_t k = 0; k < fault.cuts_before; ++k) study->save();
    outcome.before = study->contents();
  }
  disk.crash_at(fault.call, fault.manner);
  try {
    if (!study) study.emplace(disk);
    study->save(outcome.published);
    ADD_FAILURE() << "no crash at " << text_of(fault);
  } catch (const Crash&) {
  }
  if (study) outcome.after = study->contents();
  return outcome;
}

/// Whether the disk holds one of the two, whole, and the study can go on from it.
bool recovers(CrashFileSystem& disk, const Outcome& outcome) {
  CheckpointFolder folder(disk, root);
  folder.clean();
  const auto loaded = load(folder);
  const bool is_new = !loaded.empty() && same(loaded, outcome.after);
  if (!is_new && (outcome.published || !same(loaded, outcome.before))) return false;
  Study next(disk);
  if (!loaded.empty()) next.restore(loaded);
  next.save();
  return same(load(folder), next.contents());
}

class CrashedCheckpoint : public ::testing::TestWithParam<std::size_t> {};

TEST_P(CrashedCheckpoint, IsTheOldOrTheNewOneWhole) {
  std::size_t first = 0, crashes = 0, wrong = 0;
  const std::size_t calls = calls_of_a_cut(GetParam(), first);
  for (std::size_t call = first; call < first + calls; ++call) {
    for (const auto manner : {CrashFileSystem::Manner::after, CrashFileSystem::Manner::within}) {
      for (const auto lost : {Lost::nothing, Lost::all, Lost::data, Lost::names, Lost::anything,
                              Lost::anything, Lost::anything, Lost::anything}) {
        const Fault fault{GetParam(), call, manner, lost};
        CrashFileSystem disk;
        Random random(++crashes);
        const Outcome outcome = crash(disk, fault);
        disk.restart(lost, random);
        const bool right = recovers(disk, outcome);
        wrong += right ? 0 : 1;
        EXPECT_TRUE(right || wrong > 5) << text_of(fault);
      }
    }
  }
  EXPECT_EQ(wrong, 0u);
  std::printf("%zu calls, %zu crashes, %zu with a complete cut afterwards\n", calls, crashes,
              crashes - wrong);
  EXPECT_GT(calls, 40u);
}

INSTANTIATE_TEST_SUITE_P(AfterCuts, CrashedCheckpoint, ::testing::Values(0, 1, 3));

/// Saves once more while `fault` is on; then without. The cut before is there at all times.
void expect_next_cut_works(FileSystem& files, Study& study, const std::function<void()>& mend) {
  const auto before = study.contents();
  bool published = false;
  try {
    study.save(published);
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::environment) << error.what();
    if (!published) {
      EXPECT_THAT(error.what(), HasSubstr("checkpoint 3 is given up: "));
      EXPECT_THAT(error.what(), HasSubstr(root.string()));
    }
  }
  mend();
  if (!published) {
    study.folder().give_up(3);
    EXPECT_TRUE(same(load(study.folder()), before));
    EXPECT_FALSE(files.exists(root / ".3.partial"));
  }
  study.save();
  EXPECT_TRUE(same(load(study.folder()), study.contents()));
}

TEST(FullDisk, LeavesTheCutBeforeAndTheNextOneWorks) {
  std::size_t failed = 0;
  for (std::size_t write = 0;; ++write) {
    CrashFileSystem disk;
    prepare(disk);
    test::FaultyFileSystem full(disk, /*first_failure=*/static_cast<std::size_t>(-1));
    Study study(full);
    study.save();
    study.save();
    const std::size_t before = full.writes();
    full.fail_from(before + write);
    expect_next_cut_works(full, study, [&] { full.repair(); });
    if (::testing::Test::HasFailure()) FAIL() << "at write " << write;
    if (full.failures() == 0) break;
    ++failed;
  }
  std::printf("the disk was full at %zu writes\n", failed);
  EXPECT_GT(failed, 10u);
}

TEST(BrokenDisk, LeavesTheCutBeforeAndTheNextOneWorks) {
  std::size_t first = 0;
  const std::size_t calls = calls_of_a_cut(/*cuts_before=*/2, first);
  for (std::size_t call = first; call < first + calls; ++call) {
    CrashFileSystem disk;
    prepare(disk);
    Study study(disk);
    study.save();
    study.save();
    disk.fail_at(call);
    expect_next_cut_works(disk, study, [] {});
    ASSERT_FALSE(::testing::Test::HasFailure()) << "at call " << call - first;
  }
  std::printf("%zu calls failed, one at a time\n", calls);
}

}  // namespace
}  // namespace weir
