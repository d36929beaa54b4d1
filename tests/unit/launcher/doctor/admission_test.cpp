// weir check on a Slurm cluster: how srun starts ranks, what the user may charge, and commands that
// do not answer.

#include <gtest/gtest.h>

#include "launcher/doctor/cluster.h"
#include "tests/unit/launcher/doctor/fake_slurm.h"

namespace weir {
namespace {

using test::ClusterDoctorTest;
using test::prints;
using testing::ElementsAre;
using testing::HasSubstr;

class SrunDoctorTest : public ClusterDoctorTest {
 protected:
  SrunDoctorTest() { set_config("MpiDefault", "none"); }
};

TEST_F(SrunDoctorTest, RefusesRanksOfOpenMpiThatWouldNotFindEachOther) {
  expect_error("launcher.server.mpi", ErrorKind::input,
               "set it to \"pmix\", or server.launch to \"mpirun\"; `srun --mpi=list` names pmix, "
               "none, pmi2, pmix_v3, pmix_v4");
  study_.server.launch = Launch::mpirun;
  expect_no_complaint();
  study_.server.launch = Launch::automatic;
  server().mpi = "pmix";
  expect_no_complaint();
}

TEST_F(SrunDoctorTest, WarnsOfRanksOfAnUnknownMpi) {
  server().mpi = "pmix";
  study_.simulation.ranks = 2;
  expect_warning("launcher.clients.mpi", "each would be rank 0");
  machine_.libraries["/solver"] = {"libmpich.so.12"};
  EXPECT_THAT(about("launcher.clients.mpi").text, HasSubstr("set it to \"pmi2\""));
  study_.simulation.launch = Launch::mpirun;
  EXPECT_EQ(exit_code(), 0);
}

TEST_F(SrunDoctorTest, LeavesSimulationsOfOneRankAlone) {
  server().mpi = "pmix";
  machine_.libraries["/solver"] = {"libmpi.so.40"};
  expect_no_complaint();
  study_.simulation.launch = Launch::srun;
  expect_error("launcher.clients.mpi", ErrorKind::input, "simulation.launch");
}

TEST_F(SrunDoctorTest, HeedsTheDefaultOfTheEnvironment) {
  machine_.variables["SLURM_MPI_TYPE"] = "pmix";
  expect_no_complaint();
  set_config("MpiDefault", "pmix");
  machine_.variables["SLURM_MPI_TYPE"] = "none";
  expect_error("launcher.server.mpi", ErrorKind::input, "not given");
}

TEST_F(SrunDoctorTest, NamesTheKindsThereAreInPlaceOfAnUnknownOne) {
  server().mpi = "pspmi";
  expect_error("launcher.server.mpi", ErrorKind::input, "names pmix, none, pmi2, pmix_v3, pmix_v4");
  server().mpi = "pmix_v4";
  expect_no_complaint();
  server().mpi = "pspmi";
  machine_.programs.erase("srun");
  commands_.answers.erase("srun --mpi=list");
  expect_no_complaint();
}

class AdmissionTest : public ClusterDoctorTest {
 protected:
  void reserve(const std::string& begin, const std::string& end) {
    commands_.answers["scontrol --oneliner show reservation"] =
        prints("ReservationName=ours StartTime=" + begin + " EndTime=" + end + " State=ACTIVE\n");
    clients().reservation = "ours";
  }
  void enforce(const std::string& what) {
    set_config("AccountingStorageEnforce", what);
    commands_.answers["sacctmgr --noheader --parsable2 show associations user=me"] =
        prints("ml|normal,long\nphysics|normal\nml|night\n");
  }
};

TEST_F(AdmissionTest, NamesTheReservationsThereAreInPlaceOfAnUnknownOne) {
  reserve("2001-01-01T00:00:00", "2999-01-01T00:00:00");
  expect_no_complaint();
  clients().reservation = "theirs";
  expect_error("launcher.clients.reservation", ErrorKind::input, "there are ours");
  commands_.answers["scontrol --oneliner show reservation"] =
      prints("No reservations in the system\n");
  expect_error("launcher.clients.reservation", ErrorKind::input, "there is none at all");
}

TEST_F(AdmissionTest, RefusesAReservationThatIsOver) {
  reserve("2001-01-01T00:00:00", "2001-01-02T00:00:00");
  expect_error("launcher.clients.reservation", ErrorKind::input, "ended at 2001-01-02T00:00:00");
}

TEST_F(AdmissionTest, WarnsOfAReservationThatHasNotBegun) {
  reserve("2998-01-01T00:00:00", "2999-01-01T00:00:00");
  expect_warning("launcher.clients.reservation", "begins at 2998-01-01T00:00:00");
}

TEST_F(AdmissionTest, SaysThatReservationsCouldNotBeLookedAt) {
  clients().reservation = "ours";
  expect_warning("not checked", "reservations");
}

TEST_F(AdmissionTest, RefusesAnAccountThatIsNotTheUsers) {
  server().partition = "cpu";
  server().account = "guests";
  expect_no_complaint();  // Slurm does not look at accounts
  enforce("associations,limits,qos,safe");
  expect_error("launcher.server.account", ErrorKind::input, "you have ml, physics");
  server().account = "ML";
  expect_no_complaint();
}

TEST_F(AdmissionTest, RefusesAQosThatTheAccountDoesNotHave) {
  enforce("associations,limits,qos");
  server().qos = "night";
  expect_no_complaint();
  server().account = "physics";
  expect_error("launcher.server.qos", ErrorKind::input,
               "with the account 'physics'; there are normal");
  enforce("associations,limits");
  expect_no_complaint();
}

TEST_F(AdmissionTest, GoesOnWhereAccountingDoesNotAnswer) {
  enforce("associations,limits,qos");
  server().account = "guests";
  server().partition = "cpu";
  for (const auto& answer :
       {CommandResult{.exit_code = 1, .timed_out = false, .out = "", .err = "no slurmdbd\n"},
        prints("")}) {
    commands_.answers["sacctmgr"] = answer;
    commands_.answers.erase("sacctmgr --noheader --parsable2 show associations user=me");
    expect_no_complaint();
    EXPECT_THAT(about("not checked").text, HasSubstr("accounts"));
  }
}

TEST_F(AdmissionTest, SaysWhatSlurmDoesNotTell) {
  commands_.answers.erase("scontrol show config");
  expect_warning("not checked", "MPI and accounting: `scontrol show config`: exit code 1");
}

TEST_F(AdmissionTest, IsDoneAfterAMinuteWhateverHangs) {
  using std::chrono::seconds;
  const auto begin = commands_.clock.now();
  commands_.slowness = seconds(19);
  expect_warning("not checked", "no answer in time");
  EXPECT_LE(commands_.clock.now() - begin, 2 * seconds(60 + 20));  // two checks
  commands_.hangs = true;
  const auto again = commands_.clock.now();
  expect_error("scheduler", ErrorKind::environment, "no answer in time");
  EXPECT_LE(commands_.clock.now() - again, 2 * seconds(60));
}

TEST(SlurmTextTest, ReadsKindsOfMpiOfSeveralVersions) {
  EXPECT_THAT(parse_mpi_kinds("srun: MPI types are...\nsrun: none\nsrun: pmi2\n"),
              ElementsAre("none", "pmi2"));
  EXPECT_THAT(parse_mpi_kinds("MPI plugin types are...\n\tnone\n\tpmix\nspecific pmix plugin "
                              "versions available: pmix_v4\n"),
              ElementsAre("none", "pmix", "pmix_v4"));
  EXPECT_THAT(parse_mpi_kinds("\n:\n, ,\nno such thing\n"), ElementsAre());
}

TEST(SlurmTextTest, ReadsSettings) {
  const auto settings = parse_settings(
      "AccountingStorageEnforce = associations,limits,qos\nMpiDefault              = pmi2\n=\n"
      "DefMemPerCPU            = 2000\nDefMemPerNode = UNLIMITED\n");
  EXPECT_EQ(settings.memory_per_core, 2000u);
  EXPECT_EQ(settings.memory_per_node, std::nullopt);
  EXPECT_TRUE(settings.accounts_enforced);
  EXPECT_TRUE(settings.qos_enforced);
  EXPECT_EQ(settings.mpi_default, "pmi2");
  EXPECT_FALSE(parse_settings("AccountingStorageEnforce = none\n").accounts_enforced);
}

}  // namespace
}  // namespace weir
