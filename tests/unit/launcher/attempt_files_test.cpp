#include "launcher/run/attempt_files.h"

#include <cstdlib>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "launcher/schedulers/job_file.h"
#include "src/core/error.h"
#include "tests/support/crash_file_system.h"
#include "tests/support/temporary_folder.h"

namespace weir {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class AttemptFilesTest : public testing::Test {
 protected:
  AttemptFilesTest() {
    study_.name = "toy";
    study_.parameters = {{.name = "nu", .lower = 0, .upper = 1, .unit = ""}};
  }
  void add_template(const std::string& name, const std::string& text) {
    const auto path = folder_ / ("template" + std::to_string(study_.simulation.templates.size()));
    files_.replace(path, text, 0600);
    study_.simulation.templates[name] = path.string();
  }
  AttemptFiles attempt_files() { return {files_, study_, directory_}; }
  std::string rendered(AttemptId id, const std::string& name) {
    return files_.read(attempt_folder(directory_, id) / name);
  }

  Study study_;
  test::TemporaryFolder folder_;
  StudyDirectory directory_{folder_ / "D"};
  FileSystem& files_ = posix_file_system();
};

TEST_F(AttemptFilesTest, RendersEachTemplateIntoTheAttemptsFolder) {
  add_template("input.nml", "&flow nu={nu} /\n! {sim}.{attempt} of {study_dir}\n");
  add_template("system/a/control", "{ nu {nu}; other {unknown}; {} {2} $(rm {nu}) }");
  attempt_files().prepare({3, 1}, {0.1});
  EXPECT_EQ(rendered({3, 1}, "input.nml"),
            "&flow nu=0.1 /\n! 3.1 of " + directory_.root.string() + "\n");
  EXPECT_EQ(rendered({3, 1}, "system/a/control"),
            "{ nu 0.1; other {unknown}; {} {2} $(rm 0.1) }");
}

TEST_F(AttemptFilesTest, WritesNumbersThatAreReadBackExactly) {
  add_template("n", "{nu}");
  const auto files = attempt_files();
  for (const double value : {1.0 / 3, 6.02214076e23, -0.1, 4.9e-324}) {
    files.prepare({0, 0}, {value});
    EXPECT_EQ(std::strtod(rendered({0, 0}, "n").c_str(), nullptr), value);
  }
}

TEST_F(AttemptFilesTest, KeepsWhatIsInTheTemplateByteByByte) {
  const std::string bytes("a\r\n\0\xff{", 6);
  add_template("n", bytes);
  attempt_files().prepare({0, 0}, {1});
  EXPECT_EQ(rendered({0, 0}, "n"), bytes);
}

TEST_F(AttemptFilesTest, RendersForAllAttemptsWhatTheTemplateWasAtTheStart) {
  add_template("n", "first");
  const auto files = attempt_files();
  files_.replace(study_.simulation.templates["n"], "second", 0600);
  files.prepare({0, 0}, {1});
  EXPECT_EQ(rendered({0, 0}, "n"), "first");
}

TEST_F(AttemptFilesTest, RendersForLaterLaunchersWhatTheTemplatesWereAtTheStart) {
  add_template("n", "first");
  add_template("a/n", "first of a");
  attempt_files();
  for (const auto& [name, path] : study_.simulation.templates) files_.remove(path);
  attempt_files().prepare({0, 0}, {1});
  EXPECT_EQ(rendered({0, 0}, "n"), "first");
  EXPECT_EQ(rendered({0, 0}, "a/n"), "first of a");
}

/// A power failure while the first launcher copies the templates, or soon after.
class TemplatesCrashTest : public testing::Test {
 protected:
  TemplatesCrashTest() {
    study_.name = "toy";
    study_.simulation.templates = {{"n", "/home/n"}, {"deep/er/n", "/home/m"}};
  }
  void set_templates(test::CrashFileSystem& disk, const std::string& text) {
    for (const auto& [name, path] : study_.simulation.templates) disk.replace(path, text, 0600);
  }
  void start(test::CrashFileSystem& disk) { AttemptFiles(disk, study_, directory_); }
  /// A new disk on which a study was made.
  void prepare(test::CrashFileSystem& disk) {
    for (const auto& folder : {Path("/home"), directory_.run()})
      disk.make_directories(folder, 0700);
    for (const Path folder : {"/", "/home", "/home/D"}) disk.sync_directory(folder);
    set_templates(disk, "first");
  }
  /// What a later launcher renders, after an edit.
  std::set<std::string> rendered_later(test::CrashFileSystem& disk) {
    set_templates(disk, "second");
    AttemptFiles(disk, study_, directory_).prepare({0, 0}, {});
    std::set<std::string> texts;
    for (const auto& [name, path] : study_.simulation.templates)
      texts.insert(disk.read(attempt_folder(directory_, {0, 0}) / name));
    return texts;
  }

  Study study_;
  StudyDirectory directory_{"/home/D"};
  Random random_{1};
};

TEST_F(TemplatesCrashTest, LeavesAllOfOneTime) {
  test::CrashFileSystem whole;
  prepare(whole);
  const auto before = whole.calls();
  start(whole);
  ASSERT_GT(whole.calls(), before + 10);
  for (auto call = before; call < whole.calls(); ++call)
    for (const auto lost : {test::Lost::nothing, test::Lost::all, test::Lost::data,
                            test::Lost::names, test::Lost::anything}) {
      test::CrashFileSystem disk;
      prepare(disk);
      disk.crash_at(call, test::CrashFileSystem::Manner::after);
      EXPECT_THROW(start(disk), test::Crash);
      disk.restart(lost, random_);
      EXPECT_THAT(rendered_later(disk), testing::AnyOf(ElementsAre("first"), ElementsAre("second")))
          << "call " << call << ", lost " << static_cast<int>(lost);
    }
}

TEST_F(TemplatesCrashTest, TakesNothingOnceTheyAreCopied) {
  test::CrashFileSystem disk;
  prepare(disk);
  start(disk);
  disk.crash_at(disk.calls(), test::CrashFileSystem::Manner::within);
  EXPECT_THROW(disk.remove("/home/n"), test::Crash);
  disk.restart(test::Lost::all, random_);
  EXPECT_THAT(rendered_later(disk), ElementsAre("first"));
}

TEST_F(AttemptFilesTest, AreForTheUsersEyesAlone) {
  add_template("a/n", "{nu}");
  attempt_files().prepare({0, 0}, {1});
  struct stat status {};
  for (const auto& [name, mode] : {std::pair("a", 0700u), std::pair("a/n", 0600u)}) {
    ASSERT_EQ(stat((attempt_folder(directory_, {0, 0}) / name).c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777u, mode) << name;
  }
}

TEST_F(AttemptFilesTest, LeaveNothingOfWhatLayInTheFolder) {
  add_template("n", "{nu}");
  const auto stale = attempt_folder(directory_, {0, 0}) / "stale";
  files_.make_directories(stale.parent_path(), 0700);
  files_.replace(stale, "", 0600);
  attempt_files().prepare({0, 0}, {1});
  EXPECT_FALSE(files_.exists(stale));
}

TEST_F(AttemptFilesTest, AreRemovedWhenTheAttemptEndedWellAndKeptForALookWhenNot) {
  add_template("n", "{nu}");
  const auto files = attempt_files();
  for (const AttemptId id : {AttemptId{0, 0}, AttemptId{0, 1}}) {
    files.prepare(id, {1});
    write_job_file(files_, job_file_path(directory_, simulation_job_name(study_, id)),
                   simulation_job(study_, directory_, id.sim, id.attempt, {1}));
  }
  EXPECT_THAT(files.found(), ElementsAre(AttemptId{0, 0}, AttemptId{0, 1}));
  files.remove({0, 0}, /*well=*/false);
  files.remove({0, 1}, /*well=*/true);
  EXPECT_THAT(files.found(), ElementsAre(AttemptId{0, 0}));
  EXPECT_EQ(rendered({0, 0}, "n"), "1");
  EXPECT_TRUE(files_.list(directory_.jobs()).empty());
}

TEST_F(AttemptFilesTest, MakeNoFolderWithoutTemplates) {
  attempt_files().prepare({0, 0}, {1});
  EXPECT_FALSE(files_.exists(attempt_folder(directory_, {0, 0})));
}

TEST_F(AttemptFilesTest, NameTheTemplateThatIsNotThere) {
  study_.simulation.templates = {{"input.nml", "/nowhere/input.nml"}};
  try {
    attempt_files();
    FAIL() << "a template that is not there was read";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::input);
    EXPECT_THAT(error.what(), HasSubstr("'input.nml'"));
    EXPECT_THAT(error.what(), HasSubstr("/nowhere/input.nml"));
    EXPECT_THAT(error.what(), HasSubstr("simulation.templates"));
  }
}

}  // namespace
}  // namespace weir
