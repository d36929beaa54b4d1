#include "launcher/schedulers/batch_script.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "launcher/schedulers/command_runner.h"
#include "tests/support/temporary_folder.h"

namespace weir {
namespace {

using testing::HasSubstr;

class BatchScriptTest : public testing::Test {
 protected:
  /// What the script prints that becomes `echo` with one argument.
  CommandResult run(const JobResources& clients) {
    LauncherSettings launcher;
    launcher.clients = clients;
    write_batch_scripts(posix_file_system(), directory_, launcher);
    return ProcessCommandRunner().run(
        {batch_script_path(directory_).string(),
         setup_path(directory_, JobRole::simulation).string(), "/bin/echo", argument_},
        std::chrono::seconds(30));
  }

  test::TemporaryFolder folder_;
  StudyDirectory directory_{folder_.path()};
  std::string argument_ = "$(id) `id` ; a  b\n'\"";
};

TEST_F(BatchScriptTest, BecomesTheProgramWithTheFileAsOneArgument) {
  EXPECT_EQ(run({}).out, argument_ + "\n");
}

TEST_F(BatchScriptTest, RunsTheUsersLinesFirstAsTheyAre) {
  JobResources resources;
  resources.setup = {"x='a b'", "echo \"[$x]\""};
  EXPECT_EQ(run(resources).out, "[a b]\n" + argument_ + "\n");
}

TEST_F(BatchScriptTest, LoadsModulesInOrderEachAsOneWord) {
  JobResources resources;
  resources.modules = {"gcc/12", "it's $(id)"};
  const auto text = setup_text(resources);
  EXPECT_THAT(text, HasSubstr("module load 'gcc/12' ||"));
  EXPECT_THAT(text, HasSubstr("module load 'it'\\''s $(id)' ||"));
  EXPECT_LT(text.find("gcc/12"), text.find("it'"));
}

TEST_F(BatchScriptTest, EndsAJobWithoutItsModule) {
  JobResources resources;
  resources.setup = {"echo never"};
  resources.modules = {"weir-no-such-module"};
  const auto result = run(resources);
  EXPECT_EQ(result.exit_code, 3);
  EXPECT_EQ(result.out, "");
}

}  // namespace
}  // namespace weir
