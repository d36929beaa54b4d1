// What a data set is refused for, and what the message names.

#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <hdf5.h>
#include <sys/wait.h>
#include <unistd.h>

#include "data_study.h"
#include "server/data/data_set.h"
#include "src/core/error.h"
#include "tests/support/small_disk.h"
#include "tests/support/temporary_folder.h"

namespace weir {
namespace {

using namespace test;
using testing::AllOf;
using testing::HasSubstr;

constexpr int not_permitted = 77;

class DataSetErrors : public testing::Test {
 protected:
  DataSetErrors() {
    DataSetWriter writer(file_, data_study());
    for (const std::uint64_t sim : {0, 1}) write_simulation(writer, sim);
    writer.finish();
  }

  std::string refusal(const Study& study = data_study()) {
    try {
      const DataSet data(file_, study);
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::input);
      EXPECT_THAT(error.what(), HasSubstr(file_.string()));
      return error.what();
    }
    return "";
  }

  /// Changes the file with HDF5's own calls.
  template <class Change>
  void change(Change with) {
    const hid_t file = H5Fopen(file_.c_str(), H5F_ACC_RDWR, H5P_DEFAULT);
    with(file);
    ASSERT_GE(H5Fclose(file), 0);
  }

  TemporaryFolder folder_;
  std::filesystem::path file_ = folder_ / "set.h5";
};

TEST_F(DataSetErrors, AcceptsItsOwnStudy) { EXPECT_EQ(refusal(), ""); }

TEST_F(DataSetErrors, NamesAFileThatIsNotThere) {
  std::filesystem::remove(file_);
  EXPECT_THAT(refusal(), HasSubstr("no such file"));
}

TEST_F(DataSetErrors, NamesAFileThatIsNotHdf5) {
  std::ofstream(file_) << "a,b\n1,2\n";
  EXPECT_THAT(refusal(), HasSubstr("not an HDF5 file"));
}

TEST_F(DataSetErrors, RefusesAnotherProgramsHdf5) {
  change([](hid_t file) { H5Adelete(file, "format"); });
  EXPECT_THAT(refusal(), HasSubstr("not a data set of weir"));
}

TEST_F(DataSetErrors, RefusesAnotherVersion) {
  change([](hid_t file) {
    const hid_t attribute = H5Aopen(file, "version", H5P_DEFAULT);
    const unsigned version = 9;
    H5Awrite(attribute, H5T_NATIVE_UINT, &version);
    H5Aclose(attribute);
  });
  EXPECT_THAT(refusal(), HasSubstr("version 9"));
}

TEST_F(DataSetErrors, NamesEveryDifferenceFromTheStudyAtOnce) {
  Study study = data_study();
  study.parameters[1].name = "pressure";
  study.simulation.fields[0].shape = {7};
  study.simulation.fields[1].name = "w";
  EXPECT_THAT(refusal(study),
              AllOf(HasSubstr("parameters are left, right, the study's are left, pressure"),
                    HasSubstr("/fields/u is [2, 3, 6] where [2, 3, 7] is expected"),
                    HasSubstr("no field w"), HasSubstr("a field v, the study has not")));
}

TEST_F(DataSetErrors, NamesTimesThatTheStudyWantsAndTheFileLacks) {
  Study study = data_study();
  study.simulation.time.sent = true;
  EXPECT_THAT(refusal(study), HasSubstr("it has no times that a solver sent, and the study's "
                                        "/simulation/time/sent is true"));
}

TEST_F(DataSetErrors, NamesAnotherNumberOfSteps) {
  Study study = data_study();
  study.simulation.steps = 5;
  EXPECT_THAT(refusal(study), HasSubstr("/fields/v is [2, 3, 4] where [2, 5, 4] is expected"));
}

TEST_F(DataSetErrors, CallsAFieldWithTooFewSimulationsIncomplete) {
  change([](hid_t file) {
    const hid_t field = H5Dopen2(file, "/fields/u", H5P_DEFAULT);
    const hsize_t extents[] = {1, steps, 6};
    H5Dset_extent(field, extents);
    H5Dclose(field);
  });
  EXPECT_THAT(refusal(), HasSubstr("incomplete"));
}

TEST_F(DataSetErrors, RefusesATruncatedFile) {
  std::filesystem::resize_file(file_, std::filesystem::file_size(file_) - 100);
  EXPECT_NE(refusal(), "");
}

TEST_F(DataSetErrors, RefusesAFileWithoutParameters) {
  change([](hid_t file) { H5Ldelete(file, "/parameters", H5P_DEFAULT); });
  EXPECT_NE(refusal(), "");
}

TEST(DataSetWriterErrors, NameAFolderThatCannotBeWritten) {
  try {
    DataSetWriter writer("/nonexistent/set.h5", data_study());
    FAIL() << "a file was made nowhere";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::environment);
    EXPECT_THAT(error.what(),
                AllOf(HasSubstr("/nonexistent/set.h5"), HasSubstr("No such file or directory")));
  }
}

/// Writes until the disk is full. Returns an exit code for the parent.
int write_until_full(const std::filesystem::path& folder) {
  if (!enter_small_disk(folder, "300k")) return not_permitted;
  try {
    DataSetWriter writer(folder / "set.h5", data_study());
    for (std::uint64_t sim = 0; sim < 10000; ++sim) write_simulation(writer, sim);
    writer.finish();
  } catch (const Error& error) {
    const bool named =
        std::string(error.what()).find("No space left on device") != std::string::npos;
    return error.kind() == ErrorKind::environment && named && std::filesystem::is_empty(folder) ? 0
                                                                                                : 1;
  }
  return 2;
}

TEST(DataSetWriterErrors, OnAFullDiskAreOneErrorAndLeaveNothingBehind) {
  const TemporaryFolder disk, outside;
  const auto printed = outside / "stderr";
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    alarm(30);
    if (freopen(printed.c_str(), "w", stderr) == nullptr) _exit(3);
    exit(write_until_full(disk.path()));  // not _exit: HDF5's own end must be in order too
  }
  int status = -1;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFEXITED(status)) << "signal " << WTERMSIG(status);
  if (WEXITSTATUS(status) == not_permitted) GTEST_SKIP() << "no file system may be mounted here";
  EXPECT_EQ(WEXITSTATUS(status), 0);
  EXPECT_EQ(std::filesystem::file_size(printed), 0u);
}

}  // namespace
}  // namespace weir
