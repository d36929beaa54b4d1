#include "launcher/run/attempt_files.h"

#include <cstdlib>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "launcher/schedulers/job_file.h"
#include "src/core/error.h"
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
            "&flow nu=0.10000000000000001 /\n! 3.1 of " + directory_.root.string() + "\n");
  EXPECT_EQ(rendered({3, 1}, "system/a/control"),
            "{ nu 0.10000000000000001; other {unknown}; {} {2} $(rm 0.10000000000000001) }");
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
