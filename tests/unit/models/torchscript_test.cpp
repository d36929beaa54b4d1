// A TorchScript module of the user's: trained as given, saved, restored, exported, and what is
// refused before the training.

#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/script.h>

#include "server/export/export.h"
#include "server/models/study_model.h"
#include "server/models/torchscript_model.h"
#include "server/training/trainer.h"
#include "src/core/error.h"
#include "tests/unit/collective/thread_collective.h"
#include "tests/unit/training/cutting.h"
#include "tests/unit/training/training_fixture.h"

namespace weir {
namespace {

using testing::AllOf;
using testing::HasSubstr;

constexpr std::int64_t inputs = 3, outputs = 10, width = 16;
constexpr std::size_t batches = 40, batch = 6;

const char* const two_layers = R"(
def forward(self, x):
    return torch.linear(torch.tanh(self.first.forward(x)), self.weight, self.bias)
)";

/// As Python's nn.Parameter.
void add_parameter(torch::jit::Module& module, const std::string& name, torch::Tensor values) {
  module.register_parameter(name, values.requires_grad_(true), /*is_buffer=*/false);
}

torch::jit::Module linear(std::int64_t in, std::int64_t out) {
  torch::jit::Module module("Linear");
  module.register_attribute("training", c10::BoolType::get(), true);
  add_parameter(module, "weight", 0.5 * torch::randn({out, in}));
  add_parameter(module, "bias", torch::zeros({out}));
  module.define("def forward(self, x):\n    return torch.linear(x, self.weight, self.bias)\n");
  return module;
}

/// Linear layers "first" and, in the module itself, "weight" and "bias"; whatever else the test
/// adds.
torch::jit::Module module_with(const std::string& forward) {
  torch::manual_seed(11);
  torch::jit::Module module("Mine");
  module.register_attribute("training", c10::BoolType::get(), true);
  module.register_module("first", linear(inputs, width));
  add_parameter(module, "weight", 0.2 * torch::randn({outputs, width}));
  add_parameter(module, "bias", torch::zeros({outputs}));
  module.register_buffer("seen", torch::zeros({1}, torch::kInt64));
  module.register_buffer("running", torch::ones({outputs}));
  module.define(forward);
  return module;
}

/// A buffer that it changes, one that it replaces, and, evaluating, both matter.
const char* const with_running_statistics = R"(
def forward(self, x):
    y = torch.linear(torch.tanh(self.first.forward(x)), self.weight, self.bias)
    if self.training:
        self.seen.add_(x.size(0))
        self.running = 0.9 * self.running + 0.1 * y.detach().abs().mean(0)
    else:
        y = y + 0.01 * self.running
    return y
)";

const char* const with_dropout = R"(
def forward(self, x):
    h = torch.dropout(torch.tanh(self.first.forward(x)), 0.2, self.training)
    return torch.linear(h, self.weight, self.bias)
)";

class TorchScript : public testing::Test {
 protected:
  TorchScript() { study_.training.model.kind = ModelKind::torchscript; }

  void save(const torch::jit::Module& module) {
    study_.training.model.file = folder_ / "mine.pt";
    module.save(study_.training.model.file.string());
  }
  void save(const std::string& forward) { save(module_with(forward)); }

  std::string refusal() {
    try {
      make_model(study_);
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::input);
      EXPECT_EQ(std::string(error.what()).find('\n'), std::string::npos) << error.what();
      return error.what();
    }
    return "none";
  }

  /// Of a training that has begun.
  std::string failure() {
    const auto alone = make_single_collective();
    test::ScriptedSource source(study_, test::scripted_ids(study_, batches * batch));
    try {
      test::train(study_, *alone, source);
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::study);
      return error.what();
    }
    return "none";
  }

  /// To its end on so many ranks, from `from` when there is one; rank 0's state.
  TrainingState train(std::size_t ranks, const TrainingState* from = nullptr,
                      const std::vector<std::size_t>& cuts = {}) {
    TrainingState end;
    test::on_ranks(ranks, [&](Collective& collective) {
      const bool first = collective.rank() == 0;
      auto ids = test::scripted_ids(study_, batches * batch * ranks);
      if (!first) std::reverse(ids.begin(), ids.end());
      ids.resize(batches * batch);
      test::ScriptedSource source(study_, ids);
      test::CuttingParticipant participant(first, cuts);
      test::RememberingMetrics metrics;
      const ManualClock clock;
      Trainer trainer(study_, collective, source, participant, metrics, clock);
      if (from != nullptr) trainer.restore(*from);
      const auto result = trainer.run();
      EXPECT_TRUE(result.identical_weights);
      if (!first) return;
      result_ = result;
      end = trainer.capture();
      if (!cuts.empty()) states_ = std::move(participant.states);
    });
    return end;
  }

  void expect_that_each_cut_leads_to_the_same_bits(std::size_t ranks) {
    const auto uncut = train(ranks);
    test::expect_same(train(ranks, nullptr, {0, 1, 17, 40}), uncut);
    ASSERT_EQ(states_.size(), 4U);
    for (const auto& state : states_) test::expect_same(train(ranks, &state), uncut);
  }

  void validate_every(std::size_t every) {
    test::write_data_set(folder_ / "validation.h5", study_, /*first=*/1000, /*simulations=*/2);
    study_.validation = {folder_ / "validation.h5", every, /*batch=*/16};
  }

  test::TemporaryFolder folder_;
  Study study_ = test::miniature_study(batch);
  TrainingResult result_;
  std::vector<TrainingState> states_;
};

TEST_F(TorchScript, BeginsWithTheWeightsThatItHas) {
  const auto given = module_with(two_layers);
  save(given);
  const auto model = make_model(study_);
  const auto parameters = model->named_parameters();
  ASSERT_EQ(parameters.size(), 4U);
  EXPECT_TRUE(torch::equal(parameters["first.weight"],
                           given.attr("first").toModule().attr("weight").toTensor()));
  EXPECT_EQ(model->named_buffers().size(), 2U);
  const auto x = torch::rand({4, inputs});
  EXPECT_TRUE(
      torch::equal(model->forward(x, {}), torch::jit::Module(given).forward({x}).toTensor()));
}

TEST_F(TorchScript, Learns) {
  save(two_layers);
  study_.training.stop.batches = batches;
  validate_every(10);
  train(/*ranks=*/1);
  EXPECT_LT(result_.validation->loss, 0.5);
  EXPECT_EQ(result_.batches, batches);
}

TEST_F(TorchScript, GoesOnToTheSameBitsFromEachCut) {
  save(with_dropout);
  expect_that_each_cut_leads_to_the_same_bits(/*ranks=*/1);
}

/// Each rank would have statistics of its own; the checkpoint has rank 0's.
TEST_F(TorchScript, GoesOnToTheSameBitsOnTwoRanksWhenItChangesItsBuffers) {
  save(with_running_statistics);
  validate_every(10);
  expect_that_each_cut_leads_to_the_same_bits(/*ranks=*/2);
  EXPECT_EQ(states_.size(), 4U);
}

TEST_F(TorchScript, SavesTheBuffersThatItReplaces) {
  save(with_running_statistics);
  const auto end = train(/*ranks=*/1);
  std::map<std::string, std::vector<std::size_t>> shapes;
  for (const auto& tensor : end.tensors) {
    shapes[tensor.name] = tensor.shape;
    if (tensor.name != "model/seen") continue;
    std::int64_t seen = 0;
    std::memcpy(&seen, tensor.bytes.data(), sizeof seen);
    EXPECT_EQ(seen, static_cast<std::int64_t>(batches * batch));
  }
  EXPECT_EQ(shapes.at("model/running"), (std::vector<std::size_t>{outputs}));
  EXPECT_EQ(shapes.at("model/first.weight"), (std::vector<std::size_t>{width, inputs}));
}

/// A gradient goes through the buffer, so LibTorch has kept it.
const char* const scaled_by_a_running_mean = R"(
def forward(self, x):
    y = torch.linear(torch.tanh(self.first.forward(x)), self.weight, self.bias)
    z = y * self.running
    if self.training:
        self.running = 0.9 * self.running + 0.1 * y.detach().abs().mean(0)
    return z
)";

TEST_F(TorchScript, LearnsThroughABufferThatItReplaces) {
  save(scaled_by_a_running_mean);
  const auto model = make_model(study_);
  const auto x = torch::rand({4, inputs});
  const auto z = model->forward(x, {});
  const auto y = z.detach();
  EXPECT_TRUE(torch::allclose(model->named_buffers()["running"], 0.9 + 0.1 * y.abs().mean(0)));
  z.sum().backward();
  EXPECT_TRUE(torch::equal(model->named_parameters()["bias"].grad(), torch::full({outputs}, 4.0)));
}

TEST_F(TorchScript, GoesOnToTheSameBitsWhenItLearnsThroughABufferThatItReplaces) {
  save(scaled_by_a_running_mean);
  expect_that_each_cut_leads_to_the_same_bits(/*ranks=*/2);
}

TEST_F(TorchScript, IsExportedWithTheNormalisationAroundIt) {
  save(with_running_statistics);
  const auto model = make_model(study_);
  const auto normalisation = make_normalisation(study_);
  export_torchscript(posix_file_system(), folder_ / "model.pt", *model, normalisation);
  export_safetensors(posix_file_system(), folder_ / "model.safetensors", *model, normalisation,
                     "miniature");
  const auto x = torch::rand({4, inputs});
  model->eval();
  auto expected = model->forward(x, {}).detach();
  expected.narrow(1, 0, 6).mul_(80).add_(300);
  expected.narrow(1, 6, 4).mul_(0.5);
  const auto physical =
      x * torch::tensor({200.0F, 1.0F, 0.95F}) + torch::tensor({300.0F, 0.0F, 1.05F});
  const auto got = torch::jit::load((folder_ / "model.pt").string()).forward({physical}).toTensor();
  EXPECT_TRUE(torch::allclose(got, expected, 1e-5, 1e-4)) << (got - expected).abs().max();
  const auto file = safetensors::read(posix_file_system(), folder_ / "model.safetensors");
  EXPECT_NE(file.find("first.weight"), nullptr);
  EXPECT_EQ(file.find("seen")->type, safetensors::DataType::i64);
}

TEST_F(TorchScript, KeepsTiedWeightsOne) {
  auto module = module_with("def predict(self, x):\n    return x\n");
  const auto tied = torch::randn({outputs, inputs});
  add_parameter(module, "tied", tied);
  add_parameter(module, "again", tied);
  module.define(R"(
def forward(self, x):
    return torch.linear(x, self.tied) + torch.linear(x, self.again) + self.bias
)");
  save(module);
  const auto model = make_model(study_);
  const auto parameters = model->named_parameters();
  EXPECT_EQ(parameters.contains("tied") + parameters.contains("again"), 1);
  const torch::NoGradGuard no_gradients;
  parameters[parameters.contains("tied") ? "tied" : "again"].zero_();
  const auto y = model->forward(torch::rand({1, inputs}), {});
  EXPECT_TRUE(torch::equal(y[0], parameters["bias"]));
}

TEST_F(TorchScript, TrainsNoParameterThatIsFrozen) {
  auto module = module_with(two_layers);
  module.attr("weight").toTensor().requires_grad_(false);
  save(module);
  const auto model = make_model(study_);
  EXPECT_FALSE(model->named_parameters().contains("weight"));
  EXPECT_TRUE(model->named_buffers().contains("weight"));
}

TEST_F(TorchScript, IsLeftAsItWasByTheProbe) {
  save(with_running_statistics);
  const auto model = make_model(study_);
  EXPECT_EQ(model->named_buffers()["seen"].item<std::int64_t>(), 0);
  EXPECT_TRUE(torch::equal(model->named_buffers()["running"], torch::ones({outputs})));
  for (const auto& parameter : model->parameters()) EXPECT_FALSE(parameter.grad().defined());
}

TEST_F(TorchScript, TakesTheStateOfAutoregressiveSamples) {
  study_.training.samples.kind = SampleKind::autoregressive;
  save(R"(
def forward(self, x, state):
    return state + torch.linear(torch.tanh(self.first.forward(x)), self.weight, self.bias)
)");
  study_.training.samples.prediction = Prediction::value;
  const auto model = make_model(study_);
  const auto x = torch::zeros({2, inputs}), state = torch::rand({2, outputs});
  EXPECT_TRUE(torch::equal(model->forward(x, state), model->forward(x, 0 * state) + state));
  study_.training.samples.prediction = Prediction::increment;
  EXPECT_TRUE(
      torch::equal(make_model(study_)->forward(x, state), model->forward(x, state) + state));
}

TEST_F(TorchScript, ThatGivesOneColumnIsNotAddedToAState) {
  study_.training.samples = {.kind = SampleKind::autoregressive,
                             .prediction = Prediction::increment};
  save(R"(
def forward(self, x, state):
    y = torch.linear(torch.tanh(self.first.forward(x)), self.weight, self.bias)
    return y.mean(1, True)
)");
  EXPECT_THAT(refusal(), HasSubstr("gives Float of shape [2, 1]"));
}

TEST_F(TorchScript, WrittenForOneSizeOfBatchesIsRefused) {
  save(R"(
def forward(self, x):
    return torch.linear(torch.tanh(self.first.forward(x)), self.weight, self.bias).view(2, -1)
)");
  EXPECT_THAT(refusal(), AllOf(HasSubstr("gives Float of shape [2, 15] for inputs of shape [3, 3]"),
                               HasSubstr("expected Float of shape [3, 10]")));
}

/// Which the probe does not see.
TEST_F(TorchScript, ThatGivesAnotherShapeInTheMiddleEndsTheStudy) {
  save(R"(
def forward(self, x):
    y = torch.linear(torch.tanh(self.first.forward(x)), self.weight, self.bias)
    return y.view(2, -1) if x.size(0) > 3 else y
)");
  EXPECT_THAT(failure(), HasSubstr("gives Float of shape [2, 30] for 6 samples; expected Float of "
                                   "shape [6, 10]"));
}

TEST_F(TorchScript, ThatGivesAnotherShapeForTheLastChunkOfAValidationEndsTheStudy) {
  save(R"(
def forward(self, x):
    y = torch.linear(torch.tanh(self.first.forward(x)), self.weight, self.bias)
    return y.view(2, -1) if x.size(0) == 8 else y
)");
  validate_every(10);  // chunks of 16, 16 and 8
  EXPECT_THAT(failure(), HasSubstr("gives Float of shape [2, 40] for 8 samples; expected Float of "
                                   "shape [8, 10]"));
}

TEST_F(TorchScript, ThatThrowsInAValidationEndsTheStudyInItsOwnWords) {
  save(R"(
def forward(self, x):
    assert x.size(0) != 8, "not eight"
    return torch.linear(torch.tanh(self.first.forward(x)), self.weight, self.bias)
)");
  validate_every(10);
  EXPECT_THAT(failure(), AllOf(HasSubstr("a validation failed"), HasSubstr("not eight")));
}

TEST_F(TorchScript, OfAnotherShapeIsRefusedWithBothShapes) {
  save(R"(
def forward(self, x):
    return torch.tanh(self.first.forward(x))
)");
  EXPECT_THAT(refusal(), AllOf(HasSubstr("/training/model/file"), HasSubstr("mine.pt"),
                               HasSubstr("[2, 16]"), HasSubstr("expected Float of shape [2, 10]")));
}

TEST_F(TorchScript, ThatCannotTakeTheInputsIsRefusedInItsOwnWords) {
  save(R"(
def forward(self, x):
    return torch.linear(x, self.weight, self.bias)
)");
  EXPECT_THAT(refusal(), AllOf(HasSubstr("mine.pt failed: "), HasSubstr("cannot be multiplied")));
}

TEST_F(TorchScript, OfAnotherSignatureIsRefused) {
  save("def forward(self, x, y):\n    return x + y\n");
  EXPECT_THAT(refusal(),
              AllOf(HasSubstr("forward(x: Tensor, y: Tensor)"),
                    HasSubstr("expected forward(x: Tensor), since the samples are direct")));
  study_.training.samples.kind = SampleKind::autoregressive;
  save(two_layers);
  EXPECT_THAT(refusal(),
              AllOf(HasSubstr("has forward(x: Tensor); expected forward(x: Tensor, state: "
                              "Tensor), since the samples are autoregressive")));
}

TEST_F(TorchScript, WithoutForwardIsRefused) {
  save("def predict(self, x):\n    return x\n");
  EXPECT_THAT(refusal(), HasSubstr("no method forward"));
}

TEST_F(TorchScript, ThatReturnsNoTensorIsRefused) {
  save("def forward(self, x):\n    return (x, self.bias)\n");
  EXPECT_THAT(refusal(),
              AllOf(HasSubstr("returns Tuple[Tensor, Tensor]"), HasSubstr("expected one Tensor")));
}

TEST_F(TorchScript, WithoutAParameterIsRefused) {
  torch::jit::Module module("Constant");
  module.define("def forward(self, x):\n    return torch.zeros([x.size(0), 10])\n");
  save(module);
  EXPECT_THAT(refusal(), HasSubstr("has no parameter to train"));
}

TEST_F(TorchScript, WhoseOutputsDependOnNoParameterIsRefused) {
  save("def forward(self, x):\n    return torch.zeros([x.size(0), 10])\n");
  EXPECT_THAT(refusal(), HasSubstr("depend on none of its parameters"));
}

TEST_F(TorchScript, OfDoublesIsRefused) {
  auto module = module_with(two_layers);
  module.to(torch::kFloat64);
  save(module);
  EXPECT_THAT(refusal(), AllOf(HasSubstr("is Double"), HasSubstr("expected Float (FP32)")));
}

TEST_F(TorchScript, WithABufferThatNoCheckpointHoldsIsRefused) {
  auto module = module_with(two_layers);
  module.register_buffer("mask", torch::ones({2}, torch::kBool));
  save(module);
  EXPECT_THAT(refusal(), AllOf(HasSubstr("'mask'"), HasSubstr("Bool")));
}

TEST_F(TorchScript, ThatIsNotThereOrIsNoneIsRefused) {
  study_.training.model.file = folder_ / "nowhere.pt";
  EXPECT_THAT(refusal(),
              AllOf(HasSubstr("nowhere.pt is no TorchScript module"), HasSubstr("torch.jit.save")));
  study_.training.model.file = folder_ / "text.pt";
  std::ofstream(folder_ / "text.pt") << "import torch\n";
  EXPECT_THAT(refusal(), HasSubstr("text.pt is no TorchScript module"));
  study_.training.model.file = folder_ / "tensor.pt";
  torch::save(torch::ones({3}), (folder_ / "tensor.pt").string());
  EXPECT_THAT(refusal(), HasSubstr("tensor.pt"));
}

TEST_F(TorchScript, ThatThrowsInTheMiddleEndsTheStudyInItsOwnWords) {
  save(R"(
def forward(self, x):
    self.seen.add_(1)
    assert int(self.seen.item()) < 6, "the sixth is too many"
    return torch.linear(torch.tanh(self.first.forward(x)), self.weight, self.bias)
)");
  EXPECT_THAT(failure(), HasSubstr("the sixth is too many"));
}

}  // namespace
}  // namespace weir
