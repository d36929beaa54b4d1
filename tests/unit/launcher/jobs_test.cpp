#include "launcher/run/jobs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "launcher/run/placeholders.h"
#include "launcher/schedulers/local.h"

namespace weir {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::Pair;

Study study_with(std::vector<std::string> command) {
  Study study;
  study.name = "toy";
  study.parameters = {{.name = "a", .lower = 0, .upper = 1, .unit = ""},
                      {.name = "wind_speed", .lower = 0, .upper = 1, .unit = ""}};
  study.simulation.command = std::move(command);
  study.server.ranks = 2;
  return study;
}

const StudyDirectory directory{"/d"};

TEST(SimulationJob, FillsPlaceholdersWithTheExactNumbers) {
  const auto study =
      study_with({"solver", "--a={a}", "{wind_speed}", "{sim}.{attempt}", "{study_dir}/x"});
  const auto job = simulation_job(study, directory, /*sim=*/3, /*attempt=*/1, {0.1 + 0.2, 1e300});
  EXPECT_THAT(job.command,
              ElementsAre("solver", "--a=0.30000000000000004", "1e+300", "3.1", "/d/x"));
}

TEST(SimulationJob, TellsTheClientWhoItIs) {
  auto study = study_with({"solver"});
  study.simulation.environment = {{"OMP_NUM_THREADS", "1"}};
  const auto job = simulation_job(study, directory, /*sim=*/3, /*attempt=*/1, {0, 0});
  EXPECT_THAT(job.environment, Contains(Pair("WEIR_STUDY_DIR", "/d")));
  EXPECT_THAT(job.environment, Contains(Pair("WEIR_SIM", "3")));
  EXPECT_THAT(job.environment, Contains(Pair("WEIR_ATTEMPT", "1")));
  EXPECT_THAT(job.environment, Contains(Pair("OMP_NUM_THREADS", "1")));
  EXPECT_EQ(job.name, "weir.toy.3.1");
  EXPECT_EQ(job.log, "/d/logs/sim.3.1.log");
}

TEST(ServerJob, RepeatsATrainingFromADataSet) {
  Study study;
  study.name = "toy";
  study.server.ranks = 2;
  const auto job = replay_job(study, {"/D"}, "/bin/weir-server", "/data.h5", "/R");
  EXPECT_THAT(job.command, ElementsAre("/bin/weir-server", "/D/study.json", "--replay", "/D",
                                       "--data", "/data.h5", "--output", "/R"));
  EXPECT_EQ(job.ranks, 2u);
  EXPECT_EQ(job.log, "/D/logs/replay.log");
}

TEST(ServerJob, RunsOnItsRanksAsTheStudySaysAndUnderMpirunByDefault) {
  const auto job = server_job(study_with({"solver"}), directory, "/bin/weir-server", /*record=*/"");
  EXPECT_THAT(job.command, ElementsAre("/bin/weir-server", "/d/study.json", "--output", "/d"));
  EXPECT_EQ(job.ranks, 2u);
  EXPECT_EQ(job.launch, Launch::automatic);
  EXPECT_EQ(local_command(job)[0], "mpirun");

  auto study = study_with({"solver"});
  study.server.launch = Launch::direct;
  const auto direct = server_job(study, directory, "/bin/weir-server", /*record=*/"");
  EXPECT_EQ(local_command(direct)[0], "/bin/weir-server");
}

TEST(ServerJob, RecordsWhenItIsAskedTo) {
  const auto job =
      server_job(study_with({"solver"}), directory, "/bin/weir-server", /*record=*/"/f.h5");
  EXPECT_THAT(job.command, ElementsAre("/bin/weir-server", "/d/study.json", "--output", "/d",
                                       "--record", "/f.h5"));
}

TEST(SimulationJob, RunsInAFolderOfItsOwnWhereThereAreTemplates) {
  auto study = study_with({"solver"});
  EXPECT_EQ(simulation_job(study, directory, 3, 1, {0, 0}).directory, "/d");
  study.simulation.templates = {{"input.nml", "/t"}};
  EXPECT_EQ(simulation_job(study, directory, 3, 1, {0, 0}).directory, "/d/run/sim/3.1");
}

std::string fill(const std::string& text) { return fill_placeholders(text, {{"a", "{b}"}}); }

TEST(FillPlaceholders, ReplacesEachOnceAndNothingInsideValues) {
  EXPECT_EQ(fill("{a}{a}x"), "{b}{b}x");
}

TEST(FillPlaceholders, LeavesOtherBracesAsTheyAre) {
  for (const char* text : {"{", "}", "{}", "{a", "a}", "{1}", "{a b}", "{unknown}", "{ a}"})
    EXPECT_EQ(fill(text), text);
  EXPECT_EQ(fill("{{a}}"), "{{b}}");
}

}  // namespace
}  // namespace weir
