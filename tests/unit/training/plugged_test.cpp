// What plug-ins bring, in the trainer: models, losses, transforms and loops; and what is said when
// they break their contracts.

#include <algorithm>
#include <functional>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/script.h>

#include "examples/plugin/parts.h"
#include "server/training/trainer.h"
#include "server/training/try_user_code.h"
#include "src/core/error.h"
#include "tests/unit/collective/thread_collective.h"
#include "tests/unit/training/cutting.h"
#include "tests/unit/training/training_fixture.h"
#include "weir/server/training_loop.h"
#include "weir/server/transform.h"

namespace weir {
namespace {

using testing::AllOf;
using testing::HasSubstr;

constexpr std::size_t batches = 30, batch = 6;

/// What a test says, as a transform.
class Any final : public Transform {
 public:
  explicit Any(std::function<void(SampleBatch&)> change) : change_(std::move(change)) {}
  void operator()(SampleBatch& samples) override { change_(samples); }

 private:
  std::function<void(SampleBatch&)> change_;
};

/// What a test says, as a loop.
class AnyLoop final : public TrainingLoop {
 public:
  explicit AnyLoop(std::function<void(SampleStream&)> run) : run_(std::move(run)) {}
  void begin(Model&, const Loss&) override {}
  void run(SampleStream& stream) override { run_(stream); }

 private:
  std::function<void(SampleStream&)> run_;
};

/// Asks a model for derivatives by its inputs, then for gradients of these.
class Differentiating final : public TrainingLoop {
 public:
  void begin(Model& model, const Loss&) override { model_ = &model; }

  void run(SampleStream& stream) override {
    while (const auto samples = stream.next()) {
      model_->zero_grad();
      const auto inputs = samples->inputs.clone().requires_grad_(true);
      const auto outputs = model_->forward(inputs, {});
      const auto slopes = torch::autograd::grad({outputs.sum()}, {inputs}, {},
                                                /*retain_graph=*/true, /*create_graph=*/true)[0];
      EXPECT_EQ(gradients(), 0) << "nobody asked for them";
      slopes.square().sum().backward();
      EXPECT_GT(gradients(), 0);
      stream.learnt(slopes.detach().square().sum(1));
    }
  }

 private:
  double gradients() const {
    double sum = 0;
    for (const auto& parameter : model_->parameters())
      if (parameter.grad().defined()) sum += parameter.grad().abs().sum().item<double>();
    return sum;
  }

  Model* model_ = nullptr;
};

class Plugging : public testing::Test {
 protected:
  Plugging() {
    add_parts(registry_);
    study_.training.optimizer.weight_decay = 0;
    study_.training.optimizer.learning_rate = 0.02;
  }

  void name_loss(const std::string& name) {
    study_.training.loss.kind = LossKind::plugin;
    study_.training.loss.name = name;
  }
  void transform_with(const std::function<void(SampleBatch&)>& change) {
    study_.training.transform = "any";
    registry_.add_transform("any",
                            [=](const StudyShape&) { return std::make_shared<Any>(change); });
  }
  void loop_with(const std::function<void(SampleStream&)>& run) {
    study_.training.loop = "any";
    registry_.add_loop("any", [=](const StudyShape&) { return std::make_shared<AnyLoop>(run); });
  }

  /// To its end on so many ranks, from `from` when there is one; rank 0's state. Rank 1 has the
  /// smaller last batch.
  TrainingState train(std::size_t ranks = 1, const TrainingState* from = nullptr,
                      const std::vector<std::size_t>& cuts = {}) {
    TrainingState end;
    test::on_ranks(ranks, [&](Collective& collective) {
      const bool first = collective.rank() == 0;
      test::ScriptedSource source(study_,
                                  test::scripted_ids(study_, batches * batch - (first ? 0 : 2)));
      test::CuttingParticipant participant(first, cuts);
      test::RememberingMetrics metrics;
      const ManualClock clock;
      Trainer trainer(study_, collective, source, participant, metrics, clock, registry_);
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

  std::string failure() {
    const auto alone = make_single_collective();
    test::ScriptedSource source(study_, test::scripted_ids(study_, batches * batch));
    test::PatientParticipant participant;
    test::RememberingMetrics metrics;
    const ManualClock clock;
    try {
      Trainer trainer(study_, *alone, source, participant, metrics, clock, registry_);
      trainer.run();
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::study);
      return error.what();
    }
    return "none";
  }

  std::string refusal() {
    try {
      try_user_code(study_, plugged(registry_, study_, 0, 1));
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::input);
      return error.what();
    }
    return "none";
  }

  void expect_that_each_cut_leads_to_the_same_bits(std::size_t ranks) {
    const auto uncut = train(ranks);
    test::expect_same(train(ranks, nullptr, {0, 1, 13, batches}), uncut);
    ASSERT_EQ(states_.size(), 4U);
    for (const auto& state : states_) test::expect_same(train(ranks, &state), uncut);
  }

  static std::vector<std::string> names_of(const TrainingState& state) {
    std::vector<std::string> names;
    for (const auto& tensor : state.tensors) names.push_back(tensor.name);
    return names;
  }

  test::TemporaryFolder folder_;
  Registry registry_;
  Study study_ = test::miniature_study(batch);
  TrainingResult result_;
  std::vector<TrainingState> states_;
};

TEST_F(Plugging, AModelALossAndATransformGoOnToTheSameBitsFromEachCut) {
  study_.training.model.kind = ModelKind::plugin;
  study_.training.model.name = "modes";
  name_loss("log_cosh");
  study_.training.transform = "noise";
  EXPECT_EQ(refusal(), "none");
  expect_that_each_cut_leads_to_the_same_bits(/*ranks=*/1);
  EXPECT_THAT(names_of(states_[0]), testing::IsSupersetOf({"model/modes", "model/hidden.weight"}));
}

TEST_F(Plugging, ATransformSeesEachBatchAndNoValidation) {
  test::write_data_set(folder_ / "validation.h5", study_, /*first=*/1000, /*simulations=*/1);
  study_.validation = {folder_ / "validation.h5", /*every=*/5, /*batch=*/16};
  std::size_t samples = 0;
  transform_with([&](SampleBatch& seen) {
    samples += seen.names.size();
    EXPECT_EQ(seen.inputs.sizes(), (torch::IntArrayRef{static_cast<std::int64_t>(batch), 3}));
    EXPECT_EQ(seen.targets.size(1), 10);
    EXPECT_EQ(seen.total, batch);
    EXPECT_LE(seen.inputs.abs().max().item<float>(), 1.0F);
    EXPECT_LT(seen.names[0].step, study_.simulation.steps);
  });
  train();
  EXPECT_EQ(samples, batches * batch);
}

TEST_F(Plugging, ATransformSeesAllBatchesOfAStepTogetherAndIsToldHowMany) {
  study_.training.batch = batch / 3;
  study_.training.accumulate = 3;
  StudyShape told;
  study_.training.transform = "any";
  std::size_t most = 0;
  registry_.add_transform("any", [&](const StudyShape& shape) {
    told = shape;
    return std::make_shared<Any>(
        [&](SampleBatch& seen) { most = std::max(most, seen.names.size()); });
  });
  train();
  EXPECT_EQ(most, batch);
  EXPECT_EQ(told.batch * told.accumulate, most);
}

TEST_F(Plugging, ATransformMayReplaceATensorAndItIsTrainedOn) {
  transform_with([](SampleBatch& seen) { seen.targets = torch::zeros_like(seen.targets); });
  study_.training.optimizer.learning_rate = 0.005;
  train();
  EXPECT_LT(result_.last_train_loss, 0.05);
}

TEST_F(Plugging, ATransformThatChangesAShapeEndsTheStudy) {
  transform_with([](SampleBatch& seen) { seen.targets = seen.targets.narrow(1, 0, 4); });
  EXPECT_THAT(failure(), AllOf(HasSubstr("the transform \"any\" leaves targets"),
                               HasSubstr("[6, 4]"), HasSubstr("expected Float of shape [6, 10]")));
}

TEST_F(Plugging, ATransformThatThrowsEndsTheStudyInItsOwnWords) {
  transform_with([](SampleBatch&) { throw std::runtime_error("not on a Sunday"); });
  EXPECT_THAT(failure(), HasSubstr("the transform \"any\" failed: not on a Sunday"));
}

TEST_F(Plugging, ALossOfAnotherShapeIsRefusedBeforeTheTraining) {
  class Mean final : public Loss {
   public:
    torch::Tensor operator()(const torch::Tensor& a, const torch::Tensor& b) const override {
      return (a - b).square().mean();
    }
  };
  registry_.add_loss("mean", [](const StudyShape&) { return std::make_shared<Mean>(); });
  name_loss("mean");
  EXPECT_THAT(refusal(), AllOf(HasSubstr("/training/loss/name: the loss \"mean\" gives"),
                               HasSubstr("expected one Float a sample, of shape [2]")));
}

/// A linear layer, with dropout while it trains, under a script of its own.
class Scripted final : public Model {
 public:
  Scripted(const StudyShape& shape, std::string script) : script_(std::move(script)) {
    std::int64_t outputs = 0;
    for (const auto& field : shape.fields) outputs += static_cast<std::int64_t>(field.size);
    layer_ = register_module("layer", torch::nn::Linear(3, outputs));
  }
  torch::Tensor forward(torch::Tensor inputs, torch::Tensor) override {
    return torch::dropout(layer_(inputs), /*p=*/0.5, is_training());
  }
  std::string script() const override { return script_; }

 private:
  std::string script_;
  torch::nn::Linear layer_ = nullptr;
};

TEST_F(Plugging, AModelWhoseScriptDoesNotComputeWhatItDoesIsRefusedBeforeTheTraining) {
  study_.training.model.kind = ModelKind::plugin;
  study_.training.model.name = "scripted";
  const std::string right = "    h = torch.linear(h, self.layer_weight, self.layer_bias)\n";
  std::string script = right;
  registry_.add_model("scripted", [&](const StudyShape& shape) {
    return std::make_shared<Scripted>(shape, script);
  });
  EXPECT_EQ(refusal(), "none");
  script = right + "    h = h + 1\n";
  EXPECT_THAT(refusal(), AllOf(HasSubstr("the model \"scripted\""), HasSubstr("script"),
                               HasSubstr("up to 1.0")));
  script = right + "    h = h.flatten()\n";
  EXPECT_THAT(refusal(), HasSubstr("in the shape"));
  script = "    h = self.no_such_tensor\n";
  EXPECT_THAT(refusal(), HasSubstr("no_such_tensor"));
}

TEST_F(Plugging, NamesThatNobodyRegisteredAreRefusedBeforeTheTraining) {
  study_.training.transform = "nose";
  EXPECT_THAT(refusal(),
              AllOf(HasSubstr("/training/transform"), HasSubstr("did you mean \"noise\"")));
  study_.training.transform.clear();
  study_.training.loop = "ascent";
  EXPECT_THAT(refusal(), AllOf(HasSubstr("/training/loop"), HasSubstr("\"descent\"")));
}

class Loops : public Plugging, public testing::WithParamInterface<std::size_t> {};

/// Momentum is what the loop's state() names.
TEST_P(Loops, GoOnToTheSameBitsFromEachCut) {
  study_.training.loop = "descent";
  EXPECT_EQ(refusal(), "none");
  expect_that_each_cut_leads_to_the_same_bits(/*ranks=*/GetParam());
  EXPECT_THAT(names_of(states_[1]),
              testing::IsSupersetOf({"loop/velocity/0", "model/layers.0.weight"}));
}

/// torch::optim::SGD with momentum computes what the example's loop does.
TEST_P(Loops, TrainAsWeirsOwnStepsDoWithTheSameOptimiser) {
  study_.training.optimizer.kind = OptimizerKind::sgd;
  study_.training.optimizer.momentum = 0.9;
  const auto own = train(GetParam());
  const auto own_result = result_;
  study_.training.loop = "descent";
  const auto looped = train(GetParam());
  EXPECT_EQ(result_.batches, own_result.batches);
  EXPECT_EQ(result_.samples, own_result.samples);
  EXPECT_NEAR(result_.last_train_loss, own_result.last_train_loss, 1e-4);
  for (std::size_t k = 0; k < 6; ++k) {
    ASSERT_EQ(looped.tensors[k].name, own.tensors[k].name);
    const auto values = [](const StateTensor& tensor) {
      std::vector<float> all(tensor.bytes.size() / sizeof(float));
      std::memcpy(all.data(), tensor.bytes.data(), tensor.bytes.size());
      return all;
    };
    EXPECT_LT(test::relative_distance(values(looped.tensors[k]), values(own.tensors[k])), 1e-4);
  }
}

TEST_P(Loops, DrawTheSameThroughADataSetOfTorch) {
  study_.training.loop = "descent";
  const auto drawn = train(GetParam());
  study_.training.loop = "descent_on_data_set";
  const auto loaded = train(GetParam());
  ASSERT_EQ(loaded.tensors.size(), drawn.tensors.size());
  for (std::size_t k = 0; k < drawn.tensors.size(); ++k)
    EXPECT_TRUE(loaded.tensors[k].bytes == drawn.tensors[k].bytes) << drawn.tensors[k].name;
}

INSTANTIATE_TEST_SUITE_P(OnRanks, Loops, testing::Values(1, 2));

/// As a loss that knows an equation does.
TEST_F(Plugging, ALoopMayDifferentiateAModelOfWeirsByItsInputsAndTwice) {
  registry_.add_loop("any", [](const StudyShape&) { return std::make_shared<Differentiating>(); });
  study_.training.loop = "any";
  EXPECT_EQ(failure(), "none");
}

TEST_F(Plugging, ALoopIsToldWhenALimitIsReached) {
  study_.training.loop = "descent";
  study_.training.stop.batches = 7;
  train();
  EXPECT_EQ(result_.batches, 7U);
  EXPECT_TRUE(result_.stopped);
}

TEST_F(Plugging, ALoopThatLeavesEndsTheTrainingAsAStopDoes) {
  std::size_t names = 0;
  loop_with([&](SampleStream& stream) {
    for (int k = 0; k < 3; ++k) {
      const auto samples = stream.next();
      names += samples->names.size();
      stream.learnt(torch::ones({static_cast<std::int64_t>(samples->names.size())}));
    }
  });
  train();
  EXPECT_EQ(names, 3 * batch);
  EXPECT_EQ(result_.batches, 3U);
  EXPECT_TRUE(result_.stopped);
  EXPECT_EQ(result_.last_train_loss, 1);
}

TEST_F(Plugging, ALoopThatThrowsEndsTheStudyInItsOwnWords) {
  loop_with([](SampleStream&) { throw std::runtime_error("lost the thread"); });
  EXPECT_THAT(failure(), HasSubstr("the training loop \"any\" failed: lost the thread"));
}

TEST_F(Plugging, ALoopThatDoesNotSayWhatItLearntIsTold) {
  loop_with([](SampleStream& stream) {
    while (stream.next()) {
    }
  });
  EXPECT_THAT(failure(), HasSubstr("SampleStream::learnt"));
}

TEST_F(Plugging, ALoopThatSaysLossesOfAnotherShapeIsTold) {
  loop_with([](SampleStream& stream) {
    stream.next();
    stream.learnt(torch::zeros({4}));
  });
  EXPECT_THAT(failure(),
              AllOf(HasSubstr("Float of shape [4]"), HasSubstr("expected Float of shape [6]")));
}

}  // namespace
}  // namespace weir
