// Batches that a GPU puts together from the rows that it keeps.

#include "server/store/sample_store.h"
#include "server/training/batch_assembly.h"
#include "server/training/kept_rows.h"
#include "server/training/trainer.h"
#include "src/core/error.h"
#include "tests/gpu/gpu_fixture.h"
#include "tests/unit/store/store_fixture.h"
#include "tests/unit/training/cutting.h"
#include "tests/unit/training/scripted_training.h"

namespace weir {
namespace {

class GpuRows : public test::OnGpu {
 protected:
  static constexpr std::size_t capacity = 60, batch = 6;

  GpuRows() {
    study_.training.batch = batch;
    study_.training.model.hidden = {16};
    study_.training.normalisation.kind = NormalisationKind::given;
    study_.training.normalisation.fields = {{"u", {3000, 700}}, {"v", {-1, 0.3}}};
    study_.training.stop.batches = 50;
    study_.buffer.memory = BufferMemory::device;
  }

  /// Full, of samples of one simulation after another.
  std::unique_ptr<SampleStore> full_store() {
    auto store = std::make_unique<SampleStore>(study_, design_, /*rank=*/0, /*ranks=*/1);
    add(*store, 0, capacity);
    return store;
  }
  static void add(SampleStore& store, std::uint64_t sim, std::uint64_t steps) {
    for (std::uint64_t step = 0; step < steps; ++step) test::put(store, {sim, step});
  }
  SampleBatch draw(BatchAssembly& assembly, SampleStore& store, std::size_t number) {
    Agreed agreed;
    agreed.step = true;
    agreed.draw = agreed.total = batch;
    store.offer(batch);
    return assembly.draw(agreed, store, number);
  }
  TrainingState train(Prefetch prefetch, BufferMemory memory) {
    study_.server.device = DeviceChoice::cuda;
    study_.training.prefetch = prefetch;
    study_.buffer.memory = memory;
    const auto store = full_store();
    const auto collective = make_single_collective();
    test::PatientParticipant participant;
    test::RememberingMetrics metrics;
    const ManualClock clock;
    Trainer trainer(study_, *collective, *store, participant, metrics, clock);
    trainer.run();
    return trainer.capture();
  }

  const test::FakeDesign design_;
  Study study_ = test::small_study(BufferKind::reservoir, capacity, /*watermark=*/1);
};

TEST_F(GpuRows, AreThoseThatTheHostWouldHaveCopied) {
  const Normalisation normalisation = make_normalisation(study_);
  const auto kept = full_store(), copied = full_store();
  BatchAssembly there(study_, normalisation, gpu_, kept->memory(), nullptr);
  BatchAssembly here(study_, normalisation, torch::kCPU, {}, nullptr);
  for (std::size_t k = 1; k <= 40; ++k) {
    if (k == 20)  // of what was drawn, half the slots are others' from now on
      for (auto* store : {&*kept, &*copied}) add(*store, 1, capacity / 2);
    const auto one = draw(there, *kept, k), other = draw(here, *copied, k);
    ASSERT_EQ(there.ids(), here.ids());
    EXPECT_TRUE(one.targets.is_cuda());
    EXPECT_TRUE(one.targets.cpu().equal(other.targets)) << k;
    EXPECT_TRUE(one.inputs.cpu().equal(other.inputs)) << k;
  }
}

TEST_F(GpuRows, TrainToTheSameBitsWhereverTheyLieAndWheneverTheyAreDrawn) {
  const TrainingState plain = train(Prefetch::off, BufferMemory::host);
  for (const auto prefetch : {Prefetch::off, Prefetch::on})
    for (const auto memory : {BufferMemory::host, BufferMemory::device})
      test::expect_same(train(prefetch, memory), plain);
}

TEST_F(GpuRows, ThatDoNotFitAreRefusedWithTheCapacityThatWould) {
  SideStream stream(gpu_);
  try {
    KeptRows(gpu_, /*capacity=*/std::size_t{1} << 40, /*width=*/100, /*spoken_for=*/0, stream);
    FAIL() << "400 TB found room";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::environment);
    EXPECT_NE(std::string(error.what()).find("/buffer/capacity"), std::string::npos)
        << error.what();
  }
}

}  // namespace
}  // namespace weir
