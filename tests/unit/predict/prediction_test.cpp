#include "server/predict/prediction.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/script.h>

#include "server/data/data_set.h"
#include "src/core/error.h"
#include "tests/unit/predict/exported.h"

namespace weir {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class PredictionTest : public testing::Test {
 protected:
  /// A module with this body; what the card says of its samples.
  ExportedModel exported(const std::string& body,
                         const std::string& samples = R"({"kind": "direct"})") {
    torch::jit::Module module("Surrogate");
    module.define("def forward(self, x" +
                  std::string(samples.find("lead") == std::string::npos ? "" : ", s") +
                  "):\n    return " + body + "\n");
    module.save(exported_.script().string());
    return find_exported_model(posix_file_system(), exported_.model(samples));
  }

  std::vector<float> sample(const DataSet& data, std::size_t k) {
    std::vector<float> values(3);
    data.read(k, values);
    return values;
  }

  static PredictedSteps all_steps() {
    return {.steps = {0, 1, 2, 3}, .times = {1, 1.5, 2, 2.5}, .all = true};
  }

  test::ExportedFolder exported_;
  std::filesystem::path to_ = exported_.folder() / "p.h5";
  std::vector<std::string> warnings_;
  std::function<void(const std::string&)> warn_ = [this](const std::string& text) {
    warnings_.push_back(text);
  };
};

TEST_F(PredictionTest, ADirectModelIsAskedForEverySimulationAndTime) {
  const auto model = exported("torch.cat([x, 2 * x[:, :0]], 1)");  // a, b, time
  const ParameterTable table = {
      .simulations = {4, 7}, .rows = {{0.5, 1}, {0.25, 3}}, .positions = {}};
  predict(model, table, all_steps(), {}, to_, warn_);
  const DataSet data(to_, model.study);
  ASSERT_EQ(data.simulations(), 2U);
  EXPECT_EQ(data.id(5).sim, 7U);
  EXPECT_THAT(data.parameters(1), ElementsAre(0.25, 3));
  EXPECT_THAT(sample(data, 0), ElementsAre(0.5, 1, 1));
  EXPECT_THAT(sample(data, 7), ElementsAre(0.25, 3, 2.5));
  EXPECT_TRUE(warnings_.empty());
}

TEST_F(PredictionTest, SomeStepsMakeADataSetOfThatMany) {
  auto model = exported("x");
  const ParameterTable table = {.simulations = {0}, .rows = {{0.5, 1}}, .positions = {}};
  predict(model, table, {.steps = {1, 3}, .times = {1.5, 2.5}, .all = false}, {}, to_, warn_);
  model.study.simulation.steps = 2;
  model.study.simulation.time.sent = true;
  EXPECT_EQ(DataSet(to_, model.study).time(1), 2.5);
  const DataSet data(to_, model.study);
  EXPECT_THAT(sample(data, 1), ElementsAre(0.5, 1, 2.5));
}

TEST_F(PredictionTest, AnAutoregressiveModelGoesOnFromTheFirstStepsOfADataSet) {
  const auto model = exported("s + x[:, 1:2]", R"({"kind": "autoregressive", "lead": 2})");
  const auto from = exported_.folder() / "from.h5";
  {
    DataSetWriter writer(from, model.study);
    for (std::uint64_t step = 0; step < 4; ++step)
      writer.write({9, step}, std::vector<double>{0.5, 5},
                   std::vector<float>(3, static_cast<float>(step)));
    writer.finish();
  }
  const DataSource source = {from, {}};
  predict(model, make_table(model.study, {}, source), all_steps(), source, to_, warn_);
  const DataSet data(to_, model.study);
  EXPECT_EQ(data.id(0).sim, 9U);
  EXPECT_THAT(sample(data, 0), ElementsAre(0, 0, 0));
  EXPECT_THAT(sample(data, 1), ElementsAre(1, 1, 1));
  EXPECT_THAT(sample(data, 2), ElementsAre(5, 5, 5)) << "step 0 and b";
  EXPECT_THAT(sample(data, 3), ElementsAre(6, 6, 6)) << "step 1 and b";
}

TEST_F(PredictionTest, ARollOutGoesBeyondTheStepsOfTheDataSet) {
  auto model = exported("s + 1", R"({"kind": "autoregressive", "lead": 1})");
  const auto from = exported_.folder() / "from.h5";
  {
    DataSetWriter writer(from, model.study);
    for (std::uint64_t step = 0; step < 4; ++step)
      writer.write({0, step}, std::vector<double>{0.5, 5}, std::vector<float>{10, 20, 30});
    writer.finish();
  }
  const DataSource source = {from, 0};
  const auto table = make_table(model.study, {}, source);
  predict(model, table, {.steps = {100}, .times = {51}, .all = false}, source, to_, warn_);
  model.study.simulation.steps = 1;
  model.study.simulation.time.sent = true;
  EXPECT_THAT(sample(DataSet(to_, model.study), 0), ElementsAre(110, 120, 130));
}

TEST_F(PredictionTest, AModelThatIsNotAsItsCardSaysIsRefusedAndNothingIsWritten) {
  const ParameterTable table = {.simulations = {0}, .rows = {{0.5, 1}}, .positions = {}};
  for (const auto& [body, text] : {std::pair{"torch.cat([x, x], 1)", "[1, 6]"},
                                   std::pair{"torch.linear(x, x.t()[:2])", "does not take"}}) {
    const auto model = exported(body);
    try {
      predict(model, table, all_steps(), {}, to_, warn_);
      ADD_FAILURE() << "no error";
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::input);
      EXPECT_THAT(error.what(), HasSubstr(std::string(text) == "[1, 6]" ? "[4, 6]" : text));
    }
    EXPECT_FALSE(std::filesystem::exists(to_));
  }
}

TEST_F(PredictionTest, AFileThatIsNoTorchScriptIsRefused) {
  posix_file_system().replace(exported_.script(), "not a module", 0600);
  const auto model = find_exported_model(posix_file_system(), exported_.model());
  EXPECT_THROW(predict(model, {.simulations = {0}, .rows = {{0, 0}}, .positions = {}}, all_steps(),
                       {}, to_, warn_),
               Error);
}

TEST_F(PredictionTest, ValuesThatAreNotFiniteAreCounted) {
  const auto model = exported("x / (x[:, 2:3] - 1.5)");
  predict(model, {.simulations = {0}, .rows = {{0.5, 1}}, .positions = {}}, all_steps(), {}, to_,
          warn_);
  EXPECT_THAT(warnings_,
              ElementsAre(HasSubstr("1 predicted steps hold values that are not finite")));
}

}  // namespace
}  // namespace weir
