// weir check on one machine: MPI, network, limits, and the study directory.

#include <fstream>

#include <gtest/gtest.h>

#include "launcher/doctor/elf.h"
#include "tests/support/temporary_folder.h"
#include "tests/unit/launcher/doctor/fake_place.h"

namespace weir {
namespace {

using test::prints;

class PlaceTest : public test::DoctorTest {};

TEST_F(PlaceTest, RefusesAnMpirunOfAnotherMpiThanTheServers) {
  commands_.answers["mpirun --version"] = prints("HYDRA build details:\n    Version: 4.0.2\n");
  expect_error("mpirun", ErrorKind::environment, "weir-server is linked with Open MPI");
  machine_.libraries["/weir-server"] = {"libc.so.6", "libmpich.so.12"};
  expect_no_complaint();
}

TEST_F(PlaceTest, WarnsOfAnMpirunThatDoesNotWork) {
  commands_.answers["mpirun --version"] = {.exit_code = 127,
                                           .timed_out = false,
                                           .out = "",
                                           .err = "mpirun: libopen-rte.so.40: missing\n"};
  expect_warning("mpirun", "libopen-rte.so.40: missing");
}

TEST_F(PlaceTest, WarnsOfASolverWithAnotherMpi) {
  machine_.libraries["/solver"] = {"libmpifort.so.12"};
  expect_no_complaint();  // a serial run of it
  study_.simulation.ranks = 2;
  expect_warning("mpi", "/solver is linked with MPICH");
  machine_.libraries["/solver"] = {"libmpi_mpifh.so.40"};
  expect_no_complaint();
}

TEST_F(PlaceTest, RefusesAnInterfaceThatThisMachineLacks) {
  study_.server.transport = {.kind = TransportKind::tcp, .interface = "eth9", .security = {}};
  expect_error("server.transport.interface", ErrorKind::input, "lo (127.0.0.1), ib0 (192.0.2.7)");
  study_.server.transport.interface = "lo";
  expect_no_complaint();
}

TEST_F(PlaceTest, MissesRoomForFiles) {
  machine_.inodes = 100;
  expect_error("files", ErrorKind::environment, "df -i");
  machine_.inodes.reset();
  expect_no_complaint();
}

TEST_F(PlaceTest, RefusesMoreConnectionsThanFilesMayBeOpen) {
  machine_.open_files = 64;
  expect_error("open files", ErrorKind::environment, "ulimit -Hn");
}

TEST_F(PlaceTest, WarnsOfAClockThatDisagrees) {
  machine_.clock_ahead = -42;
  expect_warning("clock", "42 s behind");
  machine_.clock_ahead = 42;
  expect_warning("clock", "42 s ahead");
}

TEST_F(PlaceTest, RefusesAFolderWithoutLocks) {
  machine_.no_locks = "Function not implemented";
  expect_error("locks", ErrorKind::environment, "cannot be locked (Function not implemented)");
}

TEST_F(PlaceTest, RefusesKeysThatOthersCanRead) {
  machine_.accesses = {{"/home/me/out/run", {.mine = true, .mode = 0700}},
                       {"/home/me/out/run/server.key", {.mine = true, .mode = 0600}}};
  expect_no_complaint();
  machine_.accesses["/home/me/out/run/client.key"] = {.mine = true, .mode = 0644};
  expect_error("permissions", ErrorKind::environment, "chmod 600 /home/me/out/run/client.key");
}

TEST_F(PlaceTest, RefusesARunFolderThatOthersCanEnter) {
  machine_.accesses = {{"/home/me/out/run", {.mine = true, .mode = 0750}}};
  expect_error("permissions", ErrorKind::environment, "chmod 700 /home/me/out/run");
  machine_.accesses["/home/me/out/run"] = {.mine = false, .mode = 0700};
  expect_error("permissions", ErrorKind::environment, "belongs to another user");
}

TEST_F(PlaceTest, SaysThatVisibleAcceleratorsAreNotUsed) {
  machine_.gpus = 2;
  EXPECT_THAT(about("accelerators").text, testing::HasSubstr("2 visible here, not used"));
}

TEST_F(PlaceTest, CountsTheThreadsOfTheSolvers) {
  expect_no_complaint();
  study_.simulation.environment["OMP_NUM_THREADS"] = "4";
  expect_warning("cores", "simulations 8 at a time");
}

TEST(ElfTest, ReadsTheLibrariesOfThisProgram) {
  EXPECT_THAT(elf_needed("/proc/self/exe"), testing::Contains(testing::StartsWith("libc.so.")));
}

TEST(ElfTest, FindsNoneInAnythingElse) {
  const test::TemporaryFolder folder;
  std::ofstream(folder / "script") << "#!/bin/sh\necho\n";
  std::ofstream(folder / "cut") << std::ifstream("/proc/self/exe").rdbuf();
  std::filesystem::resize_file(folder / "cut", 700);
  for (const char* file : {"script", "cut", "gone"})
    EXPECT_TRUE(elf_needed(folder / file).empty()) << file;
  EXPECT_TRUE(elf_needed(folder.path()).empty());
}

TEST(SystemPlaceTest, KnowsTheFileSystemOfAFolderThatIsNotThereYet) {
  const SystemMachine machine;
  EXPECT_EQ(machine.file_system("/dev/shm/weir/none").name, "tmpfs");
  EXPECT_EQ(machine.file_system("/dev/shm/weir/none").sharing, Sharing::never);
}

TEST(SystemPlaceTest, ReadsTheClockOfAFolderAndLeavesNothingThere) {
  const test::TemporaryFolder folder;
  const SystemMachine machine;
  const auto ahead = machine.file_clock_ahead(folder / "not" / "yet");
  ASSERT_TRUE(ahead);
  EXPECT_LT(std::abs(*ahead), 60);
  EXPECT_FALSE(machine.lock_error(folder.path()));
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
  EXPECT_FALSE(machine.file_clock_ahead("/proc/self"));
}

TEST(SystemPlaceTest, KnowsAccessLimitsAndRoom) {
  const test::TemporaryFolder folder;
  const SystemMachine machine;
  std::ofstream(folder / "key") << "secret";
  std::filesystem::permissions(folder / "key", std::filesystem::perms(0640));
  ASSERT_TRUE(machine.access_of(folder / "key"));
  EXPECT_EQ(machine.access_of(folder / "key")->mode, 0640u);
  EXPECT_TRUE(machine.access_of(folder / "key")->mine);
  EXPECT_FALSE(machine.access_of(folder / "gone"));
  EXPECT_GT(machine.file_limit(), 10u);
  EXPECT_FALSE(machine.host().empty());
  EXPECT_FALSE(machine.addresses().empty());
}

}  // namespace
}  // namespace weir
