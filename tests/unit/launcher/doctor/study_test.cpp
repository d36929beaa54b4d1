// weir check: what stands in the study file, and the machine's programs, memory and disk.

#include <fstream>

#include <gtest/gtest.h>

#include "launcher/doctor/memory_need.h"
#include "tests/support/temporary_folder.h"
#include "tests/unit/launcher/doctor/fake_place.h"

namespace weir {
namespace {

class CheckTest : public test::DoctorTest {};

TEST_F(CheckTest, FindsNothingWrongWithAGoodStudyOnAGoodMachine) { expect_no_complaint(); }

TEST_F(CheckTest, MissesTheSolver) {
  study_.simulation.command = {"/nowhere/solver"};
  expect_error("simulation", ErrorKind::environment, "/nowhere/solver");
}

TEST_F(CheckTest, TellsASolverThatIsNotExecutableFromOneThatIsNotThere) {
  study_.simulation.command = {"/script"};
  machine_.files = {"/script"};
  expect_error("simulation", ErrorKind::environment, "chmod");
}

TEST_F(CheckTest, MissesATemplate) {
  study_.simulation.templates = {{"input.nml", "/there.nml"}, {"mesh.txt", "/nowhere.txt"}};
  machine_.texts = {{"/there.nml", "a = {a}"}};
  bool named = false;
  for (const auto& finding : findings())
    named = named || (finding.severity == Severity::error &&
                      finding.text.find("'/nowhere.txt', cannot be read") != std::string::npos);
  EXPECT_TRUE(named);
  EXPECT_EQ(exit_code(), static_cast<int>(ErrorKind::input));
}

TEST_F(CheckTest, WarnsOfABraceInATemplateThatIsNearlyAParameter) {
  study_.parameters[0].name = "viscosity";
  study_.simulation.templates = {{"input.nml", "/t"}};
  machine_.texts = {{"/t", "nu = {viscosty}, {x}, {format}, {}"}};
  expect_warning("simulation.templates", "did you mean {viscosity}?");
  machine_.texts = {{"/t", "nu = {viscosity}, {sim}, {x}, {format}, {}"}};
  expect_no_complaint();
}

TEST_F(CheckTest, ReadsTheCopyOfATemplateOfAStudyThatWasStarted) {
  study_.simulation.templates = {{"input.nml", "/t"}};
  machine_.texts = {{output_ / "run/templates/input.nml", "a = {a}"}};
  expect_no_complaint();
  machine_.texts["/t"] = "a = 2 {a}";
  expect_warning("simulation.templates", "'/t' is not what the study was started with");
}

TEST_F(CheckTest, MissesMpirunAndTheServer) {
  machine_.programs = {"/solver"};
  expect_error("mpirun", ErrorKind::environment, "mpirun");
  expect_error("server", ErrorKind::environment, "/weir-server");
}

TEST_F(CheckTest, NamesTheCapacityThatFitsIntoMemory) {
  study_.server.ranks = 2;
  const auto model = static_cast<std::uint64_t>(memory_need(study_).model);
  machine_.memory = model + 2 * 4000 * 77 + 1;  // two ranks, samples of 4000 bytes
  expect_error("memory", ErrorKind::environment, "capacity of 77 instead of 100 would fit");
  study_.buffer.capacity = 77;
  EXPECT_EQ(exit_code(), 0);
}

TEST_F(CheckTest, SurvivesACapacityWhoseBytesOverflow) {
  study_.buffer.capacity = ~std::size_t{0};
  expect_error("memory", ErrorKind::environment, "would fit");
}

TEST_F(CheckTest, SaysWhenTheModelAloneIsTooLarge) {
  study_.training.model.hidden = {1000000};
  expect_error("memory", ErrorKind::environment, "smaller model");
}

TEST_F(CheckTest, MissesDiskSpace) {
  machine_.disk = 1000;
  expect_error("disk", ErrorKind::environment, "no space left");
  machine_.disk.reset();
  EXPECT_EQ(about("disk").severity, Severity::warning);
}

TEST_F(CheckTest, CountsTheCheckpoints) {
  study_.buffer.capacity = 10'000;  // of 4000 bytes; 2 are kept, and 1 is written meanwhile
  machine_.disk = 100 << 20;
  expect_warning("disk", "and up to 115.");
  study_.checkpoint.every = 0;
  expect_no_complaint();
}

TEST_F(CheckTest, CountsTheSamplesOfARecordedDataSet) {
  record_ = "/data/f.h5";
  machine_.disk = 10 * 100 * 4000;
  expect_error("disk", ErrorKind::environment, "/data/f.h5");
}

TEST_F(CheckTest, MissesDataSets) {
  study_.validation.dataset = "/validation.h5";
  expect_error("validation.dataset", ErrorKind::input, "there is no data set");
  machine_.files = {"/validation.h5"};
  expect_error("validation.dataset", ErrorKind::input, "not an HDF5 file");
  machine_.data_sets = {"/validation.h5"};
  EXPECT_EQ(exit_code(), 0);
}

TEST_F(CheckTest, NeedsNoSolverToTrainFromADataSet) {
  study_.training.source = Source::dataset;
  study_.training.dataset = "/train.h5";
  study_.simulation.command.clear();
  expect_error("training.dataset", ErrorKind::input, "/train.h5");
  machine_.data_sets = {"/train.h5"};
  EXPECT_EQ(exit_code(), 0);
}

TEST_F(CheckTest, MissesTheListOfParameters) {
  study_.sampling.design = DesignKind::list;
  study_.sampling.file = "/list.csv";
  expect_error("sampling.file", ErrorKind::input, "/list.csv");
}

TEST_F(CheckTest, MissesTheModuleAndThePlugIns) {
  study_.training.model.kind = ModelKind::torchscript;
  study_.training.model.file = "/mine.pt";
  study_.server.plugins = {"/libmine.so", "/libother.so"};
  expect_error("training.model.file", ErrorKind::input, "/mine.pt");
  expect_error("server.plugins", ErrorKind::input, "/libmine.so");
  machine_.files = {"/mine.pt", "/libmine.so", "/libother.so"};
  EXPECT_EQ(exit_code(), 0);
}

TEST_F(CheckTest, OnlyWarnsOfSharedCores) {
  study_.launcher.jobs = 8;
  EXPECT_EQ(about("cores").severity, Severity::warning);
  EXPECT_EQ(exit_code(), 0);
}

TEST_F(CheckTest, BlamesTheStudyBeforeTheMachine) {
  machine_.memory = 0;
  study_.validation.dataset = "/validation.h5";
  EXPECT_EQ(exit_code(), 2);
}

TEST_F(CheckTest, CountsTheWeightsOfThePerceptron) {
  study_.training.model.hidden = {20, 30};
  EXPECT_EQ(model_values(study_), (2u + 1) * 20 + (20 + 1) * 30 + (30 + 1) * 1000);
}

TEST(SystemMachineTest, KnowsAnHdf5FileByItsSignature) {
  const test::TemporaryFolder folder;
  const SystemMachine machine;
  const std::string signature("\x89HDF\r\n\x1a\n", 8);
  std::ofstream(folder / "plain") << signature << "rest";
  std::ofstream(folder / "behind") << std::string(512, ' ') << signature;
  std::ofstream(folder / "other") << "no data set at all";
  EXPECT_TRUE(machine.is_hdf5(folder / "plain"));
  EXPECT_TRUE(machine.is_hdf5(folder / "behind"));
  EXPECT_FALSE(machine.is_hdf5(folder / "other"));
  EXPECT_FALSE(machine.is_hdf5(folder / "gone"));
}

TEST(SystemMachineTest, KnowsThisMachine) {
  const SystemMachine machine;
  EXPECT_GT(machine.free_memory(), 0u);
  EXPECT_GT(machine.free_disk("/nowhere/at/all").value_or(0), 0u);
  EXPECT_GE(machine.cores(), 1u);
  EXPECT_TRUE(machine.find_program("sh"));
  EXPECT_FALSE(machine.find_program("weir-no-such-program"));
  EXPECT_FALSE(machine.find_program("/etc/passwd"));
}

}  // namespace
}  // namespace weir
