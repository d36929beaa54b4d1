#include "launcher/records/study_folder.h"

#include <csignal>
#include <fstream>
#include <optional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "launcher/records/study_lock.h"
#include "src/core/error.h"
#include "src/core/interrupts.h"
#include "src/core/process.h"
#include "src/study/parse.h"
#include "tests/support/passing_file_system.h"
#include "tests/support/refusal.h"
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

/// Root could read everything.
class AsNobody {
 public:
  AsNobody() { EXPECT_TRUE(!root_ || seteuid(65534) == 0); }
  ~AsNobody() { EXPECT_TRUE(!root_ || seteuid(0) == 0); }
  AsNobody(const AsNobody&) = delete;
  AsNobody& operator=(const AsNobody&) = delete;

 private:
  const bool root_ = geteuid() == 0;
};

TEST(StudyFolderTest, RefusesAFolderThatCannotBeRead) {
  const test::TemporaryFolder folder;
  fs::permissions(folder.path(), fs::perms(0711));
  fs::create_directory(folder / "D");
  fs::permissions(folder / "D", fs::perms(0333));
  const AsNobody nobody;
  EXPECT_THAT(
      test::refusal(ErrorKind::input, [&] { require_new_folder(folder / "D"); }),
      testing::AllOf(HasSubstr("cannot be read: Permission denied"), HasSubstr("--output")));
}

/// Of a launcher that is killed before its study.json has its name: nothing is done from then on.
class KilledFileSystem final : public test::PassingFileSystem {
  struct Killed {};
  void rename(const Path&, const Path&) override { throw Killed(); }
  void remove(const Path&) override {}
};

TEST(StudyFolderTest, TakesAFolderInWhichALauncherWasKilledBeforeItHeldAStudy) {
  const test::TemporaryFolder folder;
  KilledFileSystem killed;
  EXPECT_ANY_THROW(make_study_folder(killed, folder / "D", {}));
  ASSERT_FALSE(fs::is_empty(folder / "D"));
  make_study_folder(posix_file_system(), folder / "D", {});
  EXPECT_NO_THROW(find_study_folder(posix_file_system(), folder / "D"));
  EXPECT_THROW(require_new_folder(folder / "D"), Error);  // it holds a study now
}

TEST(StudyFolderTest, RefusesWhatOnlyLooksLikeAnUnfinishedStudy) {
  const auto is_refused = [](const std::string& name, const auto& make) {
    const test::TemporaryFolder folder;
    std::ofstream(folder / ".study.json.12.0.tmp") << "{";
    require_new_folder(folder.path());
    make(folder / name);
    EXPECT_THROW(require_new_folder(folder.path()), Error) << name;
  };
  const auto file = [](const fs::path& path) { std::ofstream(path) << "text"; };
  for (const char* name : {"mine", "study.json", ".summary.json.12.0.tmp", ".study.json.mine.tmp"})
    is_refused(name, file);
  is_refused(".study.json.12.1.tmp", [](const fs::path& path) { fs::create_directory(path); });
  is_refused(".study.json.12.2.tmp",
             [](const fs::path& path) { fs::create_symlink("/etc/passwd", path); });
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

class SameStudyTest : public testing::Test {
 protected:
  SameStudyTest() {
    study_.name = "toy";
    study_.simulation.count = 2;
    study_.simulation.steps = 3;
    study_.simulation.fields = {{.name = "u", .shape = {4}, .unit = ""}};
    study_.simulation.command = {"true"};
    study_.parameters = {{.name = "a", .lower = 0, .upper = 1, .unit = ""}};
    study_.buffer.capacity = 20;
    directory_ = make_study_folder(posix_file_system(), folder_ / "D", study_);
  }
  std::string refusal(const Study& other) {
    try {
      require_same_study(posix_file_system(), directory_, other);
      return "";
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::input);
      return error.what();
    }
  }

  test::TemporaryFolder folder_;
  Study study_;
  StudyDirectory directory_;
};

TEST_F(SameStudyTest, IsTheSameWithDefaultsWrittenOut) { EXPECT_EQ(refusal(study_), ""); }

TEST_F(SameStudyTest, NamesTheKeyThatDiffersAndBothValues) {
  auto other = study_;
  other.simulation.steps = 5;
  EXPECT_EQ(refusal(other), "'" + directory_.root.string() +
                                "' holds another study: /simulation/steps is 3 there and 5 in the "
                                "study file; give the study file that it was started with, or "
                                "start anew in another --output");
}

TEST_F(SameStudyTest, NamesWhatOneOfThemLacks) {
  auto other = study_;
  other.simulation.environment["A"] = "1";
  EXPECT_THAT(refusal(other),
              HasSubstr("/simulation/environment/A is nothing there and \"1\" in the study file"));
}

TEST_F(SameStudyTest, SaysWhichNumberOfRanksToGive) {
  auto other = study_;
  other.server.ranks = 4;
  EXPECT_THAT(refusal(other), testing::AllOf(HasSubstr("/server/ranks is 1 there and 4"),
                                             HasSubstr("give --ranks 1")));
}

TEST_F(SameStudyTest, StaysWithTheSchedulerThatKnowsItsJobs) {
  auto other = study_;
  other.launcher.scheduler = SchedulerKind::slurm;
  EXPECT_THAT(refusal(other), HasSubstr("/launcher/scheduler is \"local\" there and \"slurm\""));
}

TEST_F(SameStudyTest, MayBeRunInAnotherWay) {
  auto other = study_;
  other.simulation.restarts = 5;
  other.buffer.memory = BufferMemory::device;
  other.client.timeout = 60;
  EXPECT_EQ(refusal(other), "");
  EXPECT_THAT(
      change_how_it_runs(posix_file_system(), directory_, other),
      testing::UnorderedElementsAre("/simulation/restarts is 5 from now on, and was 2",
                                    "/buffer/memory is \"device\" from now on, and was \"host\"",
                                    "/client/timeout is 60.0 from now on, and was 300.0"));
  EXPECT_THAT(change_how_it_runs(posix_file_system(), directory_, other), testing::IsEmpty());
  EXPECT_EQ(load_study(directory_.study()).client.timeout, 60);
}

TEST_F(SameStudyTest, SaysListsOfAnotherLengthWhole) {
  auto other = study_;
  other.launcher.server.modules = {"libtorch", "openmpi"};
  other.launcher.clients.time_limit = 60;
  other.training.stop.batches = 500;
  EXPECT_THAT(change_how_it_runs(posix_file_system(), directory_, other),
              testing::UnorderedElementsAre(
                  "/launcher/server/modules is [\"libtorch\",\"openmpi\"] from now on, and was []",
                  "/launcher/clients/time_limit is 60.0 from now on, and was 0.0",
                  "/training/stop/batches is 500 from now on, and was nothing"));
  other.launcher.server.modules[1] = "mpich";
  EXPECT_THAT(change_how_it_runs(posix_file_system(), directory_, other),
              testing::ElementsAre(
                  "/launcher/server/modules/1 is \"mpich\" from now on, and was \"openmpi\""));
}

class StudyLockTest : public testing::Test {
 protected:
  StudyLockTest() { fs::create_directories(directory_.run()); }
  test::TemporaryFolder folder_;
  StudyDirectory directory_{folder_.path()};
};

TEST_F(StudyLockTest, IsFreeUntilALauncherHoldsItAndAfterwards) {
  EXPECT_FALSE(launcher_runs(directory_));
  {
    const StudyLock lock(directory_);
    EXPECT_TRUE(launcher_runs(directory_));
  }
  EXPECT_FALSE(launcher_runs(directory_));
  const StudyLock again(directory_);
}

TEST_F(StudyLockTest, RefusesASecondLauncherAndNamesTheFirst) {
  const StudyLock lock(directory_);
  try {
    const StudyLock second(directory_);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::environment);
    EXPECT_THAT(error.what(), HasSubstr("a launcher runs this study already: process " +
                                        std::to_string(getpid())));
  }
}

TEST_F(StudyLockTest, IsNotHeldByTheChildrenOfALauncherThatIsGone) {
  auto lock = std::make_optional<StudyLock>(directory_);
  const auto child =
      Process::spawn({.command = {"sleep", "1000"}, .environment = {}, .directory = {}, .log = {}});
  lock.reset();
  EXPECT_FALSE(launcher_runs(directory_));
}

}  // namespace
}  // namespace weir
