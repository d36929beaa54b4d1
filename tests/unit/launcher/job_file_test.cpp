#include "launcher/schedulers/job_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "src/core/error.h"
#include "tests/support/temporary_folder.h"

namespace weir {
namespace {

using testing::HasSubstr;

JobRequest awkward_job() {
  return {.name = "weir.toy.0.0",
          .role = JobRole::simulation,
          .command = {"solver", "", "-x", "a b", "$(id)", "; rm", "line\nbreak", "ünï", "\"'\\"},
          .ranks = 3,
          .launch = Launch::mpirun,
          .environment = {{"A", "b=c\n$D"}},
          .log = "/d/logs/sim 0.log",
          .directory = "/d"};
}

/// What an Error says; empty when there was none.
template <class F>
std::string error_of(F call) {
  try {
    call();
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

class JobFileTest : public testing::Test {
 protected:
  std::string refusal_of(const std::string& text) {
    posix_file_system().make_directories(path_.parent_path(), 0700);
    posix_file_system().replace(path_, text, 0600);
    return error_of([&] { read_job_file(posix_file_system(), path_); });
  }

  test::TemporaryFolder folder_;
  StudyDirectory directory_{folder_.path()};
  std::filesystem::path path_ = job_file_path(directory_, "weir.toy.0.0");
};

TEST_F(JobFileTest, CarriesEveryValueUnharmed) {
  const auto job = awkward_job();
  write_job_file(posix_file_system(), path_, job);
  const auto read = read_job_file(posix_file_system(), path_);
  EXPECT_EQ(read.name, job.name);
  EXPECT_EQ(read.role, job.role);
  EXPECT_EQ(read.command, job.command);
  EXPECT_EQ(read.ranks, job.ranks);
  EXPECT_EQ(read.launch, job.launch);
  EXPECT_EQ(read.environment, job.environment);
  EXPECT_EQ(read.log, job.log);
  EXPECT_EQ(read.directory, job.directory);
}

TEST_F(JobFileTest, IsItsOwnersAlone) {
  write_job_file(posix_file_system(), path_, awkward_job());
  struct stat status {};
  ASSERT_EQ(stat(path_.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
}

TEST_F(JobFileTest, RefusesAZeroByteAndSaysWhere) {
  auto job = awkward_job();
  job.command[3] = std::string("a\0b", 3);
  EXPECT_THAT(error_of([&] { write_job_file(posix_file_system(), path_, job); }),
              HasSubstr("argument 3 of the job weir.toy.0.0 contains a zero byte"));
  EXPECT_FALSE(std::filesystem::exists(path_));
}

TEST_F(JobFileTest, RefusesWhatIsNoUtf8) {
  auto job = awkward_job();
  job.environment["A"] = "\xff";
  EXPECT_THAT(error_of([&] { write_job_file(posix_file_system(), path_, job); }),
              HasSubstr("the variable A of the job weir.toy.0.0 is no UTF-8"));
}

TEST_F(JobFileTest, RefusesANameThatCouldLeaveItsFolder) {
  for (const char* name : {"", "../x", "a/b", "a b", "-x", ".hidden", "ü"})
    EXPECT_THAT(error_of([&] { job_file_path(directory_, name); }), HasSubstr("cannot be the name"))
        << name;
}

TEST_F(JobFileTest, RefusesWhatIsNoJobFile) {
  write_job_file(posix_file_system(), path_, awkward_job());
  const auto good = posix_file_system().read(path_);
  EXPECT_THAT(refusal_of(good.substr(0, good.size() / 2)), HasSubstr("is no job file of weir"));
  EXPECT_THAT(refusal_of("[]"), HasSubstr("is no job file of weir"));
  EXPECT_THAT(refusal_of(R"({"format": "weir-job-2"})"), HasSubstr("weir-job-2"));
  auto other = good;
  other.replace(other.find("\"mpirun\""), 8, "\"wished\"");
  EXPECT_THAT(refusal_of(other), HasSubstr("launch is 'wished'"));
}

TEST_F(JobFileTest, OfAWaveNamesItsJobsInOrder) {
  const auto wave = job_file_path(directory_, "weir.toy.wave.0");
  write_wave_file(posix_file_system(), wave, {"weir.toy.3.0", "weir.toy.4.1"});
  EXPECT_EQ(read_wave_file(posix_file_system(), wave),
            (std::vector<std::string>{"weir.toy.3.0", "weir.toy.4.1"}));
  write_job_file(posix_file_system(), path_, awkward_job());
  EXPECT_EQ(read_wave_file(posix_file_system(), path_), std::nullopt);
}

TEST_F(JobFileTest, RemembersHowTheProgramEndedUntilTheJobIsWrittenAgain) {
  write_job_file(posix_file_system(), path_, awkward_job());
  EXPECT_FALSE(read_job_end(posix_file_system(), path_));
  write_job_end(posix_file_system(), path_, {.exit_code = 0, .signal = 9});
  ASSERT_TRUE(read_job_end(posix_file_system(), path_));
  EXPECT_EQ(read_job_end(posix_file_system(), path_)->reason, "killed by signal 9 (Killed)");
  EXPECT_EQ(read_job_end(posix_file_system(), path_)->cause, JobCause::signal);
  write_job_file(posix_file_system(), path_, awkward_job());
  EXPECT_FALSE(read_job_end(posix_file_system(), path_));
}

}  // namespace
}  // namespace weir
