// What is exported computes what was trained.

#include "server/export/export.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/script.h>

#include "server/checkpoint/safetensors.h"
#include "server/export/model_files.h"
#include "src/core/error.h"
#include "tests/support/faulty_file_system.h"
#include "tests/support/temporary_folder.h"
#include "tests/unit/models/models.h"
#include "tests/unit/training/scripted_training.h"

namespace weir {
namespace {

class ExportTest : public testing::TestWithParam<Activation> {
 protected:
  static std::shared_ptr<Model> model(Activation activation) {
    return test::mlp({24, 16}, activation, /*inputs=*/3, /*outputs=*/10, /*seed=*/5);
  }

  test::TemporaryFolder folder_;
  Study study_ = test::miniature_study(/*batch=*/1);
  Normalisation normalisation_ = make_normalisation(study_);
};

/// The model's physical prediction the way the trainer computes it.
torch::Tensor predict(Model& model, const Normalisation& normalisation, const Study& study,
                      const std::vector<SampleId>& ids, const std::vector<double>& parameters) {
  auto inputs = torch::empty({static_cast<std::int64_t>(ids.size()), 3});
  normalise_inputs(normalisation, times_of(study.simulation.time, ids), parameters,
                   {inputs.data_ptr<float>(), static_cast<std::size_t>(inputs.numel())});
  auto outputs = model.forward(inputs, {}).detach();
  outputs.narrow(1, 0, 6).mul_(80).add_(300);
  outputs.narrow(1, 6, 4).mul_(0.5);
  return outputs;
}

TEST_P(ExportTest, TorchScriptPredictsFromPhysicalValuesWhatTheTrainerDoes) {
  const auto trained = model(GetParam());
  export_torchscript(posix_file_system(), folder_ / "model.pt", *trained, normalisation_);
  auto loaded = torch::jit::load((folder_ / "model.pt").string());
  const auto ids = test::scripted_ids(study_, 40);
  std::vector<double> parameters;
  auto physical = torch::empty({40, 3});
  for (std::size_t k = 0; k < ids.size(); ++k) {
    const auto own = test::parameters_of(study_, ids[k].sim);
    parameters.insert(parameters.end(), own.begin(), own.end());
    const auto row = physical[static_cast<std::int64_t>(k)];
    row[0] = own[0];
    row[1] = own[1];
    row[2] = 0.1 + 0.1 * static_cast<double>(ids[k].step);
  }
  const auto expected = predict(*trained, normalisation_, study_, ids, parameters);
  const auto got = loaded.forward({physical}).toTensor();
  ASSERT_EQ(got.sizes(), expected.sizes());
  for (const auto& [begin, size] : {std::pair{0, 6}, std::pair{6, 4}}) {
    const auto truth = expected.narrow(1, begin, size);
    const double error = (got.narrow(1, begin, size) - truth).abs().max().item<double>();
    EXPECT_LE(error, 1e-6 * truth.abs().max().item<double>());
  }
}

INSTANTIATE_TEST_SUITE_P(OfEachActivation, ExportTest,
                         testing::Values(Activation::relu, Activation::tanh, Activation::gelu,
                                         Activation::silu));

class Wordless final : public Model {
 public:
  Wordless() { register_parameter("weight", torch::ones({10, 3})); }
  torch::Tensor forward(torch::Tensor inputs, torch::Tensor) override {
    return torch::linear(inputs, parameters().front());
  }
};

TEST_F(ExportTest, AModelWithoutAScriptLeavesNoScriptOfAnEarlierOne) {
  const auto export_model = [&](const Model& model) {
    export_files(
        posix_file_system(), folder_.path(), {model, normalisation_, study_, {}, 0},
        [](const std::string&) {}, [] {});
    return posix_file_system().read(folder_ / "card.json");
  };
  EXPECT_NE(export_model(*model(Activation::relu)).find("model.pt"), std::string::npos);
  const Wordless wordless;
  EXPECT_EQ(export_model(wordless).find("\"model.pt\""), std::string::npos);
  EXPECT_FALSE(posix_file_system().exists(folder_ / "model.pt"));
}

TEST_F(ExportTest, SafetensorsHoldEachParameterUnderItsName) {
  const auto trained = model(Activation::relu);
  export_safetensors(posix_file_system(), folder_ / "model.safetensors", *trained, normalisation_,
                     "miniature");
  const auto file = safetensors::read(posix_file_system(), folder_ / "model.safetensors");
  const auto parameters = trained->named_parameters();
  EXPECT_EQ(file.tensors.size(), 6U + 4U);
  const auto* const bias = file.find("layers.2.bias");
  ASSERT_NE(bias, nullptr);
  EXPECT_EQ(bias->shape, (std::vector<std::size_t>{10}));
  EXPECT_EQ(std::memcmp(bias->bytes.data(), parameters["layers.2.bias"].data_ptr<float>(), 40), 0);
  EXPECT_EQ(file.find("layers.0.weight")->shape, (std::vector<std::size_t>{24, 3}));
  EXPECT_EQ(file.metadata.at("study"), "miniature");
}

TEST_F(ExportTest, SafetensorsHoldTheNormalisation) {
  const auto trained = model(Activation::relu);
  export_safetensors(posix_file_system(), folder_ / "model.safetensors", *trained, normalisation_,
                     "miniature");
  const auto file = safetensors::read(posix_file_system(), folder_ / "model.safetensors");
  const auto values = [&](const std::string& name) {
    const auto bytes = file.find(name)->bytes;
    std::vector<float> floats(bytes.size() / sizeof(float));
    std::memcpy(floats.data(), bytes.data(), bytes.size());
    return floats;
  };
  const std::vector<double>& centre = normalisation_.centre;
  const std::vector<double>& half_width = normalisation_.half_width;
  EXPECT_EQ(values("input_centre"), std::vector<float>(centre.begin(), centre.end()));
  EXPECT_EQ(values("input_half_width"), std::vector<float>(half_width.begin(), half_width.end()));
  EXPECT_EQ(values("output_mean"), (std::vector<float>{300, 0}));
  EXPECT_EQ(values("output_deviation"), (std::vector<float>{80, 0.5}));
}

TEST_F(ExportTest, AFullDiskIsAnEnvironmentErrorAndLeavesNoHalfFile) {
  const auto trained = model(Activation::relu);
  for (std::size_t writes = 0; writes < 5; ++writes) {
    test::FaultyFileSystem full(posix_file_system(), /*first_failure=*/writes);
    try {
      export_torchscript(full, folder_ / "model.pt", *trained, normalisation_);
      ADD_FAILURE() << "no error";
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::environment);
      EXPECT_NE(std::string(error.what()).find("no space left"), std::string::npos);
    }
  }
  EXPECT_TRUE(std::filesystem::is_empty(folder_.path()));
}

class BadScript final : public Model {
 public:
  torch::Tensor forward(torch::Tensor inputs, torch::Tensor) override { return inputs; }
  std::string script() const override { return "    h = self.no_such_tensor\n"; }
};

TEST(Export, NamesWhatDoesNotCompile) {
  const test::TemporaryFolder folder;
  Normalisation normalisation;
  try {
    export_torchscript(posix_file_system(), folder.path() / "model.pt", BadScript(), normalisation);
    ADD_FAILURE() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::input);
    EXPECT_THAT(error.what(), testing::HasSubstr("no_such_tensor"));
  }
}

}  // namespace
}  // namespace weir
