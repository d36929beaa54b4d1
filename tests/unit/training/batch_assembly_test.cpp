// What the tensors of a step hold, put together on the host or where rows are kept.

#include "server/training/batch_assembly.h"

#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/training/kept_rows.h"
#include "src/core/error.h"
#include "tests/unit/training/scripted_training.h"

namespace weir {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

Agreed agreed_on(std::size_t samples) {
  Agreed agreed;
  agreed.step = true;
  agreed.draw = agreed.total = samples;
  return agreed;
}

TEST(BatchAssemblyTest, LeavesADrawAsItIsThroughTheNextWhereItPrefetches) {
  Study study = test::miniature_study(/*batch=*/4);
  study.training.prefetch = Prefetch::on;
  const Normalisation normalisation = make_normalisation(study);
  BatchAssembly assembly(study, normalisation, torch::kCPU, {}, nullptr);
  test::ScriptedSource source(study, test::scripted_ids(study, 12));
  const auto first = assembly.draw(agreed_on(4), source, 1);
  const auto inputs = first.inputs.clone(), targets = first.targets.clone();
  const auto second = assembly.draw(agreed_on(4), source, 2);
  EXPECT_TRUE(first.inputs.equal(inputs));
  EXPECT_TRUE(first.targets.equal(targets));
  EXPECT_FALSE(second.targets.equal(targets));
  EXPECT_EQ(second.names.size(), 4u);
}

TEST(BatchAssemblyTest, UsesTheSameRowsAgainWhereItDoesNot) {
  const Study study = test::miniature_study(/*batch=*/4);
  const Normalisation normalisation = make_normalisation(study);
  BatchAssembly assembly(study, normalisation, torch::kCPU, {}, nullptr);
  test::ScriptedSource source(study, test::scripted_ids(study, 8));
  const auto first = assembly.draw(agreed_on(4), source, 1);
  EXPECT_EQ(assembly.draw(agreed_on(4), source, 2).targets.data_ptr(), first.targets.data_ptr());
}

TEST(BatchAssemblyTest, GivesNothingToARankThatDrawsNothing) {
  const Study study = test::miniature_study(/*batch=*/4);
  const Normalisation normalisation = make_normalisation(study);
  BatchAssembly assembly(study, normalisation, torch::kCPU, {}, nullptr);
  test::ScriptedSource source(study, test::scripted_ids(study, 8));
  assembly.draw(agreed_on(4), source, 1);
  Agreed elsewhere = agreed_on(0);
  elsewhere.total = 4;
  const auto batch = assembly.draw(elsewhere, source, 2);
  EXPECT_TRUE(batch.names.empty());
  EXPECT_TRUE(assembly.ids().empty());
  EXPECT_EQ(batch.total, 4u);
  EXPECT_EQ(batch.inputs.sizes(), (std::vector<std::int64_t>{0, 3}));
  EXPECT_EQ(batch.targets.sizes(), (std::vector<std::int64_t>{0, 10}));
}

class KeptRowsTest : public testing::Test {
 protected:
  static constexpr std::size_t capacity = 5, width = 6;
  static std::vector<float> row_of(float first) {
    return {first, first + 1, first + 2, first + 3, first + 4, first + 5};
  }
  void keep(Slot slot, SampleId id, float first) {
    ASSERT_FALSE(rows_.holds(slot, id));
    const auto row = row_of(first);
    rows_.keep(slot, 0, std::span(row).first(2));
    rows_.keep(slot, 2, std::span(row).subspan(2));
    rows_.settle();
  }
  static std::vector<float> values(const torch::Tensor& tensor) {
    const auto flat = tensor.contiguous().view({-1});
    return {flat.data_ptr<float>(), flat.data_ptr<float>() + flat.numel()};
  }

  SideStream stream_{torch::kCPU};
  KeptRows rows_{torch::kCPU, capacity, width, /*spoken_for=*/0, stream_};
};

TEST_F(KeptRowsTest, HoldsASampleUntilItsSlotIsAnothers) {
  keep(3, {.sim = 1, .step = 2}, 10);
  EXPECT_TRUE(rows_.holds(3, {.sim = 1, .step = 2}));
  keep(3, {.sim = 1, .step = 3}, 20);
  EXPECT_FALSE(rows_.holds(3, {.sim = 1, .step = 2}));
  EXPECT_FALSE(rows_.holds(0, {.sim = 0, .step = 0})) << "of no slot was anything kept";
}

TEST_F(KeptRowsTest, GivesThePartsOfRowsInTheOrderOfTheSlots) {
  keep(0, {.sim = 0, .step = 0}, 0);
  keep(4, {.sim = 4, .step = 0}, 40);
  const auto slots = torch::tensor({4, 0, 4}, torch::kInt64);
  EXPECT_THAT(values(rows_.gather(slots, 0, 3, {})), ElementsAre(40, 41, 42, 0, 1, 2, 40, 41, 42));
  EXPECT_THAT(values(rows_.gather(slots, 4, 2, {})), ElementsAre(44, 45, 4, 5, 44, 45));
}

TEST_F(KeptRowsTest, AreRefusedWhereOthersNeedTheMemory) {
  constexpr auto all = std::numeric_limits<std::size_t>::max();  // what a CPU says it has
  try {
    KeptRows(torch::kCPU, capacity, width, all - 4 * width * sizeof(float), stream_);
    FAIL() << "5 rows found room for 4";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::environment);
    EXPECT_THAT(error.what(), HasSubstr("a capacity of 4 would fit"));
  }
  KeptRows(torch::kCPU, capacity - 1, width, all - 4 * width * sizeof(float), stream_);
}

TEST_F(KeptRowsTest, ScalesToTheBitsOfACopy) {
  keep(1, {.sim = 0, .step = 0}, 0.1F);
  const FieldScales scales = {{.size = 2, .mean = 0.3F, .scale = 1.7F},
                              {.size = 4, .mean = -2.1F, .scale = 0.013F}};
  std::vector<float> copied(width);
  copy_row(row_of(0.1F), scales, copied.data());
  const auto slots = torch::tensor({1}, torch::kInt64);
  EXPECT_EQ(values(rows_.gather(slots, 0, width, scales)), copied);
}

}  // namespace
}  // namespace weir
