// The picture: what it compares, what it refuses, what it draws.

#include <cmath>
#include <fstream>

#include <gmock/gmock.h>
#include <torch/script.h>

#include "examples/common/picture/numbers.h"
#include "examples/common/picture/page.h"
#include "server/data/data_set.h"
#include "src/core/error.h"
#include "tests/support/temporary_folder.h"

namespace picture {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr std::size_t width = 40, height = 30, steps = 2;

weir::Study make_study(const std::filesystem::path& folder) {
  weir::Study study;
  study.name = "picture";
  study.simulation.count = 3;
  study.simulation.steps = steps;
  study.simulation.fields = {{"temperature", {height, width}, "K"}};
  study.simulation.time = {.first = 0.01, .step = 0.01, .unit = "s"};
  for (const auto* name : {"initial", "west", "east", "south", "north"})
    study.parameters.push_back({name, 100, 500, "K"});
  study.validation.dataset = folder / "validation.h5";
  return study;
}

/// Warmest in the north-east; `parameters[0]` in the south-west corner.
std::vector<float> field(const std::vector<double>& parameters) {
  std::vector<float> values(width * height);
  for (std::size_t j = 0; j < height; ++j)
    for (std::size_t i = 0; i < width; ++i)
      values[j * width + i] = static_cast<float>(parameters[0] + 2.0 * i + 4.0 * j);
  return values;
}

void write_data(const weir::Study& study) {
  weir::DataSetWriter writer(study.validation.dataset, study);
  for (std::size_t sim = 0; sim < 3; ++sim) {
    const std::vector<double> parameters = {150.0 + 100.0 * sim, 110, 220, 330, 440};
    for (std::size_t step = 0; step < steps; ++step)
      writer.write({sim, step}, parameters, field(parameters));
  }
  writer.finish();
}

/// Knows the slopes and takes 250 for every initial temperature: exact for simulation 1 only, at a
/// time of 0.02.
void write_model(const std::filesystem::path& file, std::size_t values) {
  torch::jit::Module module("Model");
  auto base = torch::empty({static_cast<std::int64_t>(values)});
  const auto exact = field({250, 0, 0, 0, 0});
  for (std::size_t k = 0; k < values; ++k)
    base[static_cast<std::int64_t>(k)] = exact[k % exact.size()];
  module.register_buffer("base", base);
  module.define(
      "def forward(self, x):\n"
      "    return self.base.unsqueeze(0) + 1000 * (x[:, 5:6] - 0.02) + 0 * x[:, 0:1]\n");
  module.save(file.string());
}

class Picture : public testing::Test {
 protected:
  weir::test::TemporaryFolder folder_;
  weir::Study study_ = make_study(folder_.path());
  std::filesystem::path model_ = folder_.path() / "model.pt";
};

std::string error_of(const weir::Study& study, const std::filesystem::path& model) {
  try {
    compare_last_steps(study, model);
  } catch (const weir::Error& error) {
    EXPECT_EQ(error.kind(), weir::ErrorKind::input);
    return error.what();
  }
  return "";
}

TEST_F(Picture, ComparesTheLastStepAndSortsByError) {
  write_data(study_);
  write_model(model_, width * height);
  const auto all = compare_last_steps(study_, model_);
  ASSERT_EQ(all.size(), 3u);
  EXPECT_EQ(all[0].simulation, 1u);
  EXPECT_NEAR(all[0].relative_l2, 0, 1e-5);
  EXPECT_EQ(all[1].simulation, 2u) << "the same 100 K too little, of a larger field";
  EXPECT_THAT(all[2].parameters, ElementsAre(150, 110, 220, 330, 440));
  EXPECT_NEAR(all[2].fields[0].surrogate[0] - all[2].fields[0].solver[0], 100, 1e-2);
}

TEST_F(Picture, ComparesEachFieldAndSortsByTheirMean) {
  study_.simulation.fields = {{"west", {height, width / 2}, ""}, {"east", {height, width / 2}, ""}};
  write_data(study_);
  write_model(model_, width * height);
  const auto all = compare_last_steps(study_, model_);
  for (const auto& one : all) {
    ASSERT_EQ(one.fields.size(), 2u);
    EXPECT_EQ(one.fields[1].solver.size(), height * width / 2);
    EXPECT_NEAR(one.relative_l2, (one.fields[0].relative_l2 + one.fields[1].relative_l2) / 2,
                1e-12);
  }
  EXPECT_EQ(all[2].fields[1].solver[0], field(all[2].parameters)[height * width / 2]);
  EXPECT_NEAR(all[2].fields[1].surrogate[0] - all[2].fields[1].solver[0], 100, 1e-2);
}

/// Adds 1 to the state, whatever the inputs.
void write_stepping_model(const std::filesystem::path& file) {
  torch::jit::Module module("Model");
  module.define("def forward(self, x, state):\n    return state + 1 + 0 * x[:, 0:1]\n");
  module.save(file.string());
}

TEST_F(Picture, LetsAnAutoregressiveSurrogateGoOnFromItsOwnPredictions) {
  study_.training.samples.kind = weir::SampleKind::autoregressive;
  write_data(study_);
  write_stepping_model(model_);
  const auto all = compare_last_steps(study_, model_);
  ASSERT_EQ(all.size(), 3u);
  EXPECT_EQ(all[0].step, steps - 1);
  for (const auto& one : all)
    EXPECT_NEAR(one.fields[0].surrogate[7] - one.fields[0].solver[7], steps - 1.0, 1e-3);
  const auto both = compare_steps(study_, model_, /*simulation=*/2, {0, 1});
  EXPECT_EQ(both[0].relative_l2, 0) << "the first step is given";
  EXPECT_NEAR(both[1].fields[0].surrogate[0] - both[0].fields[0].solver[0], 1, 1e-3);
  EXPECT_NEAR(both[1].time, 0.02, 1e-12);
}

TEST_F(Picture, NamesAModelThatIsMissing) {
  write_data(study_);
  EXPECT_THAT(error_of(study_, model_), HasSubstr("model.pt' cannot be read"));
}

TEST_F(Picture, RefusesAModelOfAnotherSize) {
  write_data(study_);
  write_model(model_, 7);
  EXPECT_THAT(error_of(study_, model_), HasSubstr("gives 7 values, not the 1200"));
}

TEST_F(Picture, RefusesAFieldWithOneAxis) {
  study_.simulation.fields[0].shape = {width * height};
  EXPECT_THAT(error_of(study_, model_), HasSubstr("has 1 axes; the picture wants two"));
}

TEST_F(Picture, IsAPngOfThreeColumnsAndThreeRows) {
  write_data(study_);
  write_model(model_, width * height);
  const auto all = compare_last_steps(study_, model_);
  const auto file = folder_.path() / "prediction.png";
  draw_page(study_, 0, {{"best", all[0]}, {"median", all[1]}, {"worst", all[2]}}).write_png(file);
  std::ifstream stream(file, std::ios::binary);
  std::string head(24, '\0');
  stream.read(head.data(), 24);
  EXPECT_EQ(head.substr(1, 3), "PNG");
  const auto big_endian = [&](std::size_t at) {
    return static_cast<unsigned char>(head[at + 2]) * 256 +
           static_cast<unsigned char>(head[at + 3]);
  };
  EXPECT_GT(big_endian(16), 3 * 300) << "width";
  EXPECT_GT(big_endian(20), 3 * 300) << "height";
}

TEST_F(Picture, CannotBeWrittenWhereThereIsNoFolder) {
  EXPECT_THROW(Canvas(2, 2).write_png(folder_.path() / "none" / "a.png"), weir::Error);
}

TEST(ColourMaps, GrowLighterTowardsTheHighestAndTheMiddle) {
  const auto sum = [](Colour c) { return c.red + c.green + c.blue; };
  EXPECT_LT(sum(sequential(0)), sum(sequential(0.5)));
  EXPECT_LT(sum(sequential(0.5)), sum(sequential(1)));
  EXPECT_GT(diverging(0).red, 235);
  EXPECT_GT(diverging(1).red, diverging(1).blue);
  EXPECT_LT(diverging(-1).red, diverging(-1).blue);
  EXPECT_EQ(sum(sequential(7)), sum(sequential(1)));
}

TEST(MainNumbers, AreThoseOfTheSummary) {
  const auto text = main_numbers(R"({
    "simulations": {"expected": 4, "finished": 3, "failed": 1, "restarted": 2},
    "samples": {"expected": 40, "unique": 30, "lost": 0, "trained": 99},
    "batches": 10, "seconds": {"training": 2.5}, "samples_per_second": {"mean": 39.6},
    "server": {"ranks": 2}, "validation": {"loss": 0.25, "relative_l2": 0.0123}})");
  EXPECT_THAT(text, HasSubstr("3 of 4 finished, 1 failed, 2 restarted"));
  EXPECT_THAT(text, HasSubstr("30 of 40 received, 0 lost, 99 trained"));
  EXPECT_THAT(text, HasSubstr("10 batches in 2.5 s, 40 samples/s, 2 server"));
  EXPECT_THAT(text, HasSubstr("loss 0.25, relative L2 1.23 %"));
}

TEST(MainNumbers, RefuseWhatIsNoSummary) {
  EXPECT_THROW(main_numbers("{}"), weir::Error);
  EXPECT_THROW(main_numbers("x"), weir::Error);
}

}  // namespace
}  // namespace picture
