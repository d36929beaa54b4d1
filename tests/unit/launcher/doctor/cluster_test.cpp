// weir check on a Slurm cluster that answers from a script: each fault that was put in is found,
// and its fix is named.

#include "launcher/doctor/cluster.h"

#include <gtest/gtest.h>

#include "tests/unit/launcher/doctor/fake_slurm.h"

namespace weir {
namespace {

using test::ClusterDoctorTest;
using test::nodes;
using test::partitions;
using test::prints;

TEST_F(ClusterDoctorTest, FindsNothingWrongWithAGoodStudyOnAGoodCluster) {
  expect_no_complaint();
  EXPECT_EQ(about("launcher.server").text, "fits partition 'gpu'");
  EXPECT_EQ(about("launcher.clients").text, "fits partition 'cpu'");
}

TEST_F(ClusterDoctorTest, MissesTheCommandsOfTheBatchSystem) {
  machine_.programs.erase("sbatch");
  expect_error("scheduler", ErrorKind::environment, "not in PATH: sbatch");
  study_.launcher.scheduler = SchedulerKind::oar;
  machine_.programs.erase("oardel");
  expect_error("scheduler", ErrorKind::environment, "not in PATH: oardel");
}

TEST_F(ClusterDoctorTest, MissesTheControllerThatDoesNotAnswer) {
  commands_.answers["scontrol ping"] = prints("Slurmctld(primary) at ctl is DOWN\n");
  expect_error("scheduler", ErrorKind::environment, "at ctl is DOWN");
  commands_.answers["scontrol ping"] = {.exit_code = 137, .timed_out = true, .out = "", .err = ""};
  expect_error("scheduler", ErrorKind::environment, "`scontrol ping`");
}

TEST_F(ClusterDoctorTest, GoesOnWithoutThePartitionsThatSlurmDoesNotShow) {
  commands_.answers["scontrol --oneliner show partition"] = {
      .exit_code = 1, .timed_out = false, .out = "", .err = "Access denied\n"};
  EXPECT_EQ(exit_code(), 0);
}

TEST_F(ClusterDoctorTest, NamesThePartitionsThereAreInPlaceOfAnUnknownOne) {
  clients().partition = "cqu";
  expect_error("launcher.clients.partition", ErrorKind::input, "there are cpu, gpu, old");
}

TEST_F(ClusterDoctorTest, AsksForAPartitionWhereNoneIsTheDefault) {
  clients().partition.clear();
  expect_no_complaint();
  std::string none = partitions;
  none.replace(none.find("Default=YES"), 11, "Default=NO");
  commands_.answers["scontrol --oneliner show partition"] = prints(none);
  expect_error("launcher.clients.partition", ErrorKind::input, "no default partition");
}

TEST_F(ClusterDoctorTest, TakesOneOfSeveralPartitionsThatFits) {
  clients().partition = "old,cpu";
  expect_no_complaint();
}

TEST_F(ClusterDoctorTest, RefusesAPartitionThatIsDown) {
  clients().partition = "old";
  expect_error("launcher.clients.partition", ErrorKind::environment, "'old' is DOWN");
}

TEST_F(ClusterDoctorTest, RefusesATimeLimitAboveThePartitions) {
  clients().time_limit = 90000;
  expect_error("launcher.clients.time_limit", ErrorKind::input,
               "25:00 h, but partition 'cpu' allows 24:00 h");
  clients().time_limit = 86400;
  expect_no_complaint();
}

TEST_F(ClusterDoctorTest, RefusesAnAccountThatThePartitionIsNotOpenTo) {
  server().account = "guests";
  expect_error("launcher.server.account", ErrorKind::input, "open to ml, physics only");
}

TEST_F(ClusterDoctorTest, RefusesAQosThatThePartitionDenies) {
  server().qos = "debug";
  expect_error("launcher.server.qos", ErrorKind::input, "'debug'");
}

TEST_F(ClusterDoctorTest, RefusesMoreNodesThanAJobMayHave) {
  study_.simulation.ranks = 5;
  clients().nodes = 5;
  expect_error("launcher.clients.nodes", ErrorKind::input, "at most 4");
}

TEST_F(ClusterDoctorTest, RefusesMoreCoresThanANodeHas) {
  clients().cores_per_rank = 40;
  expect_error("launcher.clients.cores_per_rank", ErrorKind::input, "nodes of 32");
}

TEST_F(ClusterDoctorTest, CountsTheRanksThatShareANode) {
  study_.simulation.ranks = 40;
  clients().nodes = 1;
  expect_error("launcher.clients.cores_per_rank", ErrorKind::input, "40 cores on a node");
  clients().nodes = 2;
  expect_no_complaint();
}

TEST_F(ClusterDoctorTest, RefusesMoreRanksThanThePartitionHasRoomFor) {
  study_.simulation.ranks = 257;
  expect_error("launcher.clients.cores_per_rank", ErrorKind::input, "have room for 256");
}

TEST_F(ClusterDoctorTest, RefusesMoreMemoryThanANodeHas) {
  clients().memory_mib = 200000;
  expect_error("launcher.clients.memory_mib", ErrorKind::input, "nodes of 192000 MiB");
}

TEST_F(ClusterDoctorTest, RefusesAcceleratorsThatNoNodeHas) {
  machine_.libraries["/weir-server"].emplace_back("libtorch_cuda.so");
  server().accelerators = "gpu:a100:4";
  expect_no_complaint();
  server().accelerators = "gpu:8";
  expect_error("launcher.server.accelerators", ErrorKind::input, "'gpu:8'");
}

TEST_F(ClusterDoctorTest, WarnsOfAcceleratorsThatTheServerWouldLeaveIdle) {
  server().accelerators = "gpu:1";
  expect_warning("launcher.server.accelerators", "without CUDA");
}

TEST_F(ClusterDoctorTest, RefusesAConstraintThatNoNodeMeets) {
  clients().constraint = "haswell";
  expect_error("launcher.clients.constraint", ErrorKind::input, "'haswell'");
  clients().constraint = "haswell|skylake";  // Slurm's affair
  expect_no_complaint();
}

TEST_F(ClusterDoctorTest, SaysWhenTheNodesThatSuitAreDown) {
  clients().constraint = "icelake";
  expect_error("launcher.clients.nodes", ErrorKind::environment, "are up");
}

TEST_F(ClusterDoctorTest, RefusesSocketsOfOneMachineBetweenNodes) {
  study_.server.transport = {};
  expect_error("server.transport.kind", ErrorKind::input, "here are ib0 (192.0.2.7)");
}

TEST_F(ClusterDoctorTest, RefusesTheLoopback) {
  study_.server.transport.interface = "lo";
  expect_error("server.transport.interface", ErrorKind::input, "ib0 (192.0.2.7)");
  study_.server.transport.interface = "127.0.0.1";
  expect_error("server.transport.interface", ErrorKind::input, "no other node reaches");
}

TEST_F(ClusterDoctorTest, WarnsOfAnInterfaceThatIsNotHere) {
  study_.server.transport.interface = "hsn0";
  expect_warning("server.transport.interface", "not here");
}

TEST_F(ClusterDoctorTest, SaysHowTheAddressWasChosen) {
  EXPECT_EQ(about("network").text,
            "tcp at ib0, here 192.0.2.7 (server.transport.interface, IPv4 first)");
}

TEST_F(ClusterDoctorTest, WarnsOfAnOpenPort) {
  study_.server.transport.security = Security::none;
  expect_warning("security", "whoever reaches the port");
}

TEST_F(ClusterDoctorTest, RefusesAFolderThatOtherNodesDoNotSee) {
  output_ = "/tmp/out";
  expect_error("study directory", ErrorKind::environment, "temporary folder");
  output_ = "/scratch/out";
  machine_.system = {"tmpfs", Sharing::never};
  expect_error("study directory", ErrorKind::environment, "tmpfs");
  machine_.system = {"ext4", Sharing::unlikely};
  expect_warning("study directory", "exports it");
}

TEST_F(ClusterDoctorTest, AcceptsWhatStaysHereWhereAllNodesAreThisMachine) {
  std::string here = nodes;
  for (const std::string address : {"c[1-6]", "c[7-8]", "g[1-2]", "o1"})
    here.replace(here.find("|" + address + "\n") + 1, address.size(), "login1");
  commands_.answers["sinfo --noheader"] = prints(here);
  study_.server.transport = {};
  output_ = "/tmp/out";
  expect_no_complaint();
}

TEST_F(ClusterDoctorTest, MissesTheProgramThatEveryJobRunsFirst) {
  machine_.programs.erase("/weir-job");
  expect_error("weir-job", ErrorKind::environment, "/weir-job");
  machine_.programs.insert("/weir-job");
  study_.launcher.scheduler = SchedulerKind::slurm_pool;
  expect_error("weir-pilot", ErrorKind::environment, "/weir-pilot");
  machine_.programs.insert("/weir-pilot");
  expect_no_complaint();
}

TEST_F(ClusterDoctorTest, OnlyWarnsOfASolverThatAModuleMayBring) {
  study_.simulation.command = {"openfoam"};
  expect_error("simulation", ErrorKind::environment, "openfoam");
  clients().modules = {"openfoam/11"};
  expect_warning("simulation", "launcher.clients.modules");
}

TEST_F(ClusterDoctorTest, MissesAnMpirunOnlyWhereOneIsNeeded) {
  machine_.programs.erase("mpirun");
  expect_no_complaint();
  study_.server.launch = Launch::mpirun;
  expect_error("mpirun", ErrorKind::environment, "load its module");
  server().modules = {"OpenMPI/4.1"};
  expect_warning("mpirun", "modules or setup of launcher.server");
}

TEST_F(ClusterDoctorTest, ComparesThreadsWithTheCoresOfARank) {
  study_.server.threads = 8;
  expect_warning("launcher.server.cores_per_rank", "rank of 8 threads");
  server().cores_per_rank = 16;
  expect_warning("launcher.server.cores_per_rank", "set server.threads to 16");
  server().cores_per_rank = 8;
  study_.simulation.environment["OMP_NUM_THREADS"] = "4";
  expect_warning("launcher.clients.cores_per_rank", "OMP_NUM_THREADS");
  clients().cores_per_rank = 4;
  expect_no_complaint();
}

TEST_F(ClusterDoctorTest, ComparesBufferAndModelWithTheNodesMemory) {
  study_.buffer.capacity = 200'000'000;  // of 4000 bytes
  expect_error("memory", ErrorKind::environment, "on a node of the partition");
  server().nodes = 2;
  study_.server.ranks = 2;
  study_.buffer.capacity = 120'000'000;
  EXPECT_EQ(about("memory").severity, Severity::ok);
}

TEST_F(ClusterDoctorTest, KnowsTheMemoryThatSlurmGivesToJobsThatAskForNone) {
  std::string limited = partitions;
  limited.replace(limited.find("DefaultTime=NONE"), 0, "DefMemPerCPU=2000 ");
  commands_.answers["scontrol --oneliner show partition"] = prints(limited);
  expect_no_complaint();
  study_.buffer.capacity = 1'000'000;  // of 4000 bytes
  expect_error("memory", ErrorKind::environment, "2.0 GiB by Slurm's default");
  server().memory_mib = 8000;
  EXPECT_EQ(about("memory").severity, Severity::ok);
}

TEST_F(ClusterDoctorTest, RefusesAWarningThatComesBeforeTheJob) {
  server().time_limit = 120;
  expect_error("launcher.warning", ErrorKind::input, "120 s");
}

TEST_F(ClusterDoctorTest, WarnsOfAJobLimitBelowTheStudys) {
  study_.simulation.time_limit = 7200;
  clients().time_limit = 3600;
  expect_warning("launcher.clients.time_limit", "7200 s");
}

TEST_F(ClusterDoctorTest, NeedsAnAllocationToStartStepsIn) {
  study_.launcher.scheduler = SchedulerKind::slurm_steps;
  expect_error("allocation", ErrorKind::environment, "salloc");
  machine_.variables = {{"SLURM_JOB_ID", "17"}, {"SLURM_JOB_NUM_NODES", "1"}};
  study_.server.transport = {};
  expect_no_complaint();
  machine_.variables["SLURM_JOB_NUM_NODES"] = "2";
  expect_error("server.transport.kind", ErrorKind::input, "\"ipc\"");
}

TEST_F(ClusterDoctorTest, ChecksAnOarPlaceWithoutPartitions) {
  study_.launcher.scheduler = SchedulerKind::oar;
  commands_.answers["oarstat"] = prints("");
  expect_no_complaint();
  commands_.answers["oarstat"] = {.exit_code = 255,
                                  .timed_out = false,
                                  .out = "",
                                  .err = "hash- or arrayref expected (not a simple scalar) at …\n"};
  expect_no_complaint();
  commands_.answers["oarstat"] = {
      .exit_code = 1, .timed_out = false, .out = "", .err = "Cannot connect to database\n"};
  expect_error("scheduler", ErrorKind::environment, "Cannot connect to database");
}

TEST_F(ClusterDoctorTest, OnlyWarnsOfWhatIsWrongBetweenNodesThatAreNotKnown) {
  commands_.answers["sinfo --noheader"] = {
      .exit_code = 1, .timed_out = false, .out = "", .err = "no permission\n"};
  study_.server.transport = {};
  expect_warning("server.transport.kind", "\"ipc\"");
  output_ = "/tmp/out";
  expect_warning("study directory", "temporary folder");
}

TEST_F(ClusterDoctorTest, TakesIpcWhereOarHasThisMachineAlone) {
  study_.launcher.scheduler = SchedulerKind::oar;
  study_.server.transport = {};
  machine_.programs.insert("oarnodes");
  commands_.answers["oarstat"] = prints("");
  commands_.answers["oarnodes"] = prints(R"({"1": {"network_address": "n1"}})");
  expect_warning("server.transport.kind", "\"ipc\"");
  commands_.answers["oarnodes"] = prints(R"({"1": {"network_address": "localhost"}})");
  expect_no_complaint();
}

TEST_F(ClusterDoctorTest, SurvivesNonsenseFromSlurm) {
  commands_.answers["scontrol --oneliner show partition"] = prints(
      "PartitionName= MaxTime=-- State=\nPartitionName=cpu MaxNodes=many MaxTime=1-x:y\n=\n");
  commands_.answers["sinfo --noheader"] = prints("|||||||\ncpu|x|y|z|gpu:|up|,|\n\n|");
  EXPECT_EQ(exit_code(), 2);  // there is no partition gpu
}

TEST(SlurmTextTest, ReadsTimesAsSlurmWritesThem) {
  EXPECT_EQ(parse_slurm_time("7-12:00:00"), 7.5 * 86400);
  EXPECT_EQ(parse_slurm_time("1-06"), 30 * 3600.0);
  EXPECT_EQ(parse_slurm_time("12:30:01"), 12 * 3600 + 30 * 60 + 1.0);
  EXPECT_EQ(parse_slurm_time("90:30"), 90 * 60 + 30.0);
  EXPECT_EQ(parse_slurm_time("90"), 90 * 60.0);
  EXPECT_EQ(parse_slurm_time("UNLIMITED"), std::nullopt);
  EXPECT_EQ(parse_slurm_time(""), std::nullopt);
}

TEST(SlurmTextTest, CountsGenericResourcesByNameAndType) {
  EXPECT_EQ(count_of_gres("gpu:a100:4(S:0-1),shard:8", "gpu"), 4u);
  EXPECT_EQ(count_of_gres("gpu:a100:4(S:0-1),gpu:h100:2", "gpu"), 6u);
  EXPECT_EQ(count_of_gres("gpu:a100:4", "gpu:a100"), 4u);
  EXPECT_EQ(count_of_gres("gpu:a100:4", "gpu:a10"), 0u);
  EXPECT_EQ(count_of_gres("gpu", "gpu"), 1u);
  EXPECT_EQ(count_of_gres("(null)", "gpu"), 0u);
}

TEST(SlurmTextTest, ReadsPartitionsAndNodes) {
  const auto read = parse_partitions(partitions);
  ASSERT_EQ(read.size(), 3u);
  EXPECT_TRUE(read[0].is_default);
  EXPECT_EQ(read[0].max_nodes, 4u);
  EXPECT_EQ(read[1].accounts, (std::vector<std::string>{"ml", "physics"}));
  EXPECT_EQ(read[1].max_time, std::nullopt);
  const auto groups = parse_nodes(nodes);
  ASSERT_EQ(groups.size(), 4u);
  EXPECT_EQ(groups[1].features, (std::vector<std::string>{"icelake", "ib"}));
  EXPECT_EQ(groups[2].memory_mib, 512000u);
}

}  // namespace
}  // namespace weir
