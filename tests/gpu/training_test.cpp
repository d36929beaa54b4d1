// Whole trainings: beside the CPU's, in each precision, cut and gone on with, exported.

#include "server/training/trainer.h"
#include "src/study/names.h"
#include "tests/gpu/gpu_fixture.h"
#include "tests/unit/models/models.h"
#include "tests/unit/training/cutting.h"
#include "tests/unit/training/training_fixture.h"

namespace weir {
namespace {

class GpuTraining : public test::OnGpu {
 protected:
  static constexpr std::size_t batches = 40, batch = 6;

  GpuTraining() {
    test::write_data_set(folder_ / "validation.h5", study_, /*first=*/1000, /*simulations=*/2);
    study_.validation = {folder_ / "validation.h5", /*every=*/5, /*batch=*/16};
    study_.training.clip = 5;
    study_.training.average = 0.9;
  }

  /// Which models of a grid want, of as many values.
  void give_one_field() {
    study_.validation = {};
    study_.simulation.fields = {{"u", {10}, "K"}};
    study_.training.normalisation.fields = {{"u", {200, 150}}};
  }

  test::Trained train(DeviceChoice device) {
    study_.server.device = device;
    const auto collective = make_single_collective();
    test::ScriptedSource source(study_, test::scripted_ids(study_, batches * batch));
    return test::train(study_, *collective, source);
  }

  /// From `from` when there is one. Cuts before batch 17 when there is none.
  TrainingState state_after(const TrainingState* from) {
    study_.server.device = DeviceChoice::cuda;
    const auto collective = make_single_collective();
    test::ScriptedSource source(study_, test::scripted_ids(study_, batches * batch));
    test::CuttingParticipant participant(
        true, from ? std::vector<std::size_t>{} : std::vector<std::size_t>{17});
    test::RememberingMetrics metrics;
    const ManualClock clock;
    Trainer trainer(study_, *collective, source, participant, metrics, clock);
    if (from) trainer.restore(*from);
    trainer.run();
    if (!from) cut_ = std::move(participant.states.at(0));
    return trainer.capture();
  }

  test::TemporaryFolder folder_;
  Study study_ = test::miniature_study(batch);
  TrainingState cut_;
};

TEST_F(GpuTraining, LearnsAsOnTheCpu) {
  const auto there = train(DeviceChoice::cuda), here = train(DeviceChoice::cpu);
  EXPECT_LT(test::relative_distance(there.weights, here.weights), 1e-3);
  EXPECT_NEAR(there.result.last_train_loss, here.result.last_train_loss,
              1e-2 * here.result.last_train_loss);
  ASSERT_TRUE(there.result.validation && here.result.validation);
  EXPECT_NEAR(there.result.validation->loss, here.result.validation->loss,
              1e-2 * here.result.validation->loss);
}

TEST_F(GpuTraining, LearnsInEachPrecision) {
  give_one_field();
  for (const auto kind : {ModelKind::mlp, ModelKind::fno}) {
    study_.training.model = test::small(kind);
    study_.training.precision = Precision::fp32;
    const auto exact = train(DeviceChoice::cpu);
    for (const auto precision : {Precision::tf32, Precision::bf16, Precision::fp16}) {
      study_.training.precision = precision;
      const auto found = train(DeviceChoice::cuda);
      EXPECT_NEAR(found.result.last_train_loss, exact.result.last_train_loss,
                  0.2 * exact.result.last_train_loss)
          << name_of(kind) << " in " << name_of(precision);
    }
  }
}

TEST_F(GpuTraining, LearnsTheSameFromRecordedPasses) {
  give_one_field();
  for (const auto kind :
       {ModelKind::mlp, ModelKind::decoder, ModelKind::unet, ModelKind::fno, ModelKind::deeponet}) {
    study_.training.model = test::small(kind);
    study_.training.cuda_graphs = false;
    const auto plain = train(DeviceChoice::cuda);
    study_.training.cuda_graphs = true;
    const auto recorded = train(DeviceChoice::cuda);
    EXPECT_LT(test::relative_distance(recorded.weights, plain.weights), 1e-5) << name_of(kind);
    EXPECT_NEAR(recorded.result.last_train_loss, plain.result.last_train_loss,
                1e-4 * plain.result.last_train_loss)
        << name_of(kind);
  }
}

TEST_F(GpuTraining, LearnsTheSameFromPassesRecordedInBf16) {
  study_.training.precision = Precision::bf16;
  const auto plain = train(DeviceChoice::cuda);
  study_.training.cuda_graphs = true;
  EXPECT_LT(test::relative_distance(train(DeviceChoice::cuda).weights, plain.weights), 1e-3);
}

TEST_F(GpuTraining, GoesOnToTheSameBitsFromACut) {
  const TrainingState uncut = state_after(nullptr);
  test::expect_same(state_after(&cut_), uncut);
}

}  // namespace
}  // namespace weir
