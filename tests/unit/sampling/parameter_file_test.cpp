#include "server/sampling/parameter_file.h"

#include <gmock/gmock.h>

#include "src/core/error.h"
#include "tests/support/crash_file_system.h"
#include "tests/support/faulty_file_system.h"
#include "tests/support/temporary_folder.h"

namespace weir {
namespace {

using testing::HasSubstr;

class ParameterFileTest : public testing::Test {
 protected:
  void write(const std::string& text) { posix_file_system().replace(path_, text, 0600); }
  std::string error() {
    try {
      file_.read();
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::input);
      return error.what();
    }
    return "none";
  }

  const test::TemporaryFolder folder_;
  const Path path_ = folder_ / "parameters.csv";
  const std::vector<Parameter> parameters_{{.name = "a", .lower = 0, .upper = 1, .unit = ""},
                                           {.name = "b", .lower = -5, .upper = 5, .unit = "K"}};
  const std::vector<ParameterRow> rows_{{0, DrawnBy::design, {0.1, 1.0 / 3}},
                                        {2, DrawnBy::exploration, {1, -5}},
                                        {1, DrawnBy::strategy, {0x1.fffffffffffffp-2, 1e-300}}};
  test::FaultyFileSystem disk_{posix_file_system(), /*first_failure=*/static_cast<std::size_t>(-1)};
  ParameterFile file_{disk_, path_, parameters_};
};

TEST_F(ParameterFileTest, GivesBackTheSameBitsInTheSameOrder) {
  file_.start({rows_[0]});
  file_.append({rows_[1], rows_[2]});
  EXPECT_EQ(file_.read(), rows_);
}

TEST_F(ParameterFileTest, IsACsvFileThatAnyoneReads) {
  file_.start({rows_[1]});
  EXPECT_EQ(posix_file_system().read(path_), "sim,drawn_by,a,b\n2,exploration,1,-5\n");
}

TEST_F(ParameterFileTest, ThatIsNotThereHasNoRows) { EXPECT_TRUE(file_.read().empty()); }

TEST_F(ParameterFileTest, DropsALineThatACrashHasCut) {
  write("sim,drawn_by,a,b\n2,exploration,1,-5\n3,strategy,0.");
  EXPECT_EQ(file_.read(), std::vector{rows_[1]});
}

TEST_F(ParameterFileTest, WritesAgainWhatAFullDiskHasRefused) {
  file_.start({rows_[0]});
  disk_.fail_from(disk_.writes());
  EXPECT_THROW(file_.append({rows_[1]}), Error);
  disk_.repair();
  file_.append({rows_[1]});
  EXPECT_EQ(file_.read(), (std::vector{rows_[0], rows_[1]}));
}

TEST_F(ParameterFileTest, OutlivesTheMachine) {
  test::CrashFileSystem disk;
  disk.make_directories("/D", 0700);
  disk.sync_directory("/");
  ParameterFile file(disk, "/D/parameters.csv", parameters_);
  file.start({rows_[0]});
  file.append({rows_[1]});
  disk.crash_at(disk.calls(), test::CrashFileSystem::Manner::within);
  EXPECT_THROW(file.append({rows_[2]}), test::Crash);
  Random random(1);
  disk.restart(test::Lost::all, random);
  EXPECT_EQ(ParameterFile(disk, "/D/parameters.csv", parameters_).read(),
            (std::vector{rows_[0], rows_[1]}));
}

TEST_F(ParameterFileTest, IsNotWrittenToAnyMoreByAServerThatWasReplaced) {
  file_.start({rows_[0]});
  ParameterFile next(posix_file_system(), path_, parameters_);
  next.start(next.read());
  file_.append({rows_[1]});
  next.append({rows_[2]});
  EXPECT_EQ(next.read(), (std::vector{rows_[0], rows_[2]}));
}

TEST_F(ParameterFileTest, NamesTheLineThatIsDamaged) {
  const std::string header = "sim,drawn_by,a,b\n", good = "0,design,0.5,0\n";
  for (const char* bad : {"1,design,0.5\n", "1,nobody,0.5,0\n", "x,design,0.5,0\n", "\n",
                          "1,design,1.5,0\n", "1,design,nan,0\n", "1,design,0.5,0,0\n"}) {
    write(header + good + bad);
    EXPECT_THAT(error(), HasSubstr("line 3: is damaged")) << bad;
  }
  write(header + good + good);
  EXPECT_THAT(error(), HasSubstr("line 3: has simulation 0 a second time"));
  write("sim,drawn_by,a,c\n");
  EXPECT_THAT(error(), HasSubstr("line 1: expected the columns sim,drawn_by,a,b"));
}

}  // namespace
}  // namespace weir
