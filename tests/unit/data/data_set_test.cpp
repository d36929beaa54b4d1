#include "server/data/data_set.h"

#include <algorithm>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "data_study.h"
#include "src/core/random.h"
#include "tests/support/temporary_folder.h"

namespace weir {
namespace {

using namespace test;
using testing::ElementsAre;
using testing::ElementsAreArray;

class DataSetTest : public testing::Test {
 protected:
  std::vector<std::string> files() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(folder_.path())) {
      names.push_back(entry.path().filename().string());
    }
    return names;
  }

  /// That the file holds these simulations, in this order, whole.
  void expect_simulations(const std::vector<std::uint64_t>& sims) {
    const DataSet data(file_, study_);
    ASSERT_EQ(data.simulations(), sims.size());
    ASSERT_EQ(data.steps(), steps);
    std::vector<float> values(sample_size);
    for (std::size_t k = 0; k < data.samples(); ++k) {
      const SampleId expected{sims[k / steps], k % steps};
      EXPECT_EQ(data.id(k), expected);
      data.read(k, values);
      EXPECT_EQ(values, values_of(expected));
      EXPECT_THAT(data.parameters(k / steps), ElementsAreArray(parameters_of(expected.sim)));
    }
  }

  TemporaryFolder folder_;
  std::filesystem::path file_ = folder_ / "set.h5";
  Study study_ = data_study();
};

TEST_F(DataSetTest, GivesBackWhatWasWritten) {
  DataSetWriter writer(file_, study_);
  for (const std::uint64_t sim : {0, 1, 2}) write_simulation(writer, sim);
  EXPECT_EQ(writer.finish(), 3u);
  expect_simulations({0, 1, 2});
}

TEST_F(DataSetTest, HoldsSimulationsInTheOrderOfTheirNumbers) {
  DataSetWriter writer(file_, study_);
  for (const std::uint64_t sim : {7, 3, 9, 1, 0}) write_simulation(writer, sim);
  writer.finish();
  expect_simulations({0, 1, 3, 7, 9});
}

TEST_F(DataSetTest, TakesTimesFromTheStudysAxisWhereNoSolverSaysThem) {
  study_.simulation.time = {.first = 2, .step = 0.5, .sent = false, .unit = "s"};
  DataSetWriter writer(file_, study_);
  for (const std::uint64_t sim : {4, 1}) write_simulation(writer, sim);
  writer.finish();
  const DataSet data(file_, study_);
  for (std::size_t k = 0; k < data.samples(); ++k)
    EXPECT_EQ(data.time(k), 2 + 0.5 * static_cast<double>(k % steps)) << k;
}

TEST_F(DataSetTest, KeepsTheTimesThatASolverSays) {
  study_.simulation.time.sent = true;
  const auto time_of = [](SampleId id) {
    return 0.1 * static_cast<double>(100 * id.sim + id.step);
  };
  DataSetWriter writer(file_, study_);
  for (const std::uint64_t sim : {4, 1, 2}) {
    for (std::uint64_t step = steps; step-- > 0;) {
      const SampleId id{sim, step};
      writer.write(id, parameters_of(sim), values_of(id), time_of(id));
    }
  }
  writer.finish();
  expect_simulations({1, 2, 4});
  const DataSet data(file_, study_);
  for (std::size_t k = 0; k < data.samples(); ++k) EXPECT_EQ(data.time(k), time_of(data.id(k)));
}

TEST_F(DataSetTest, LeavesIncompleteSimulationsOut) {
  DataSetWriter writer(file_, study_);
  write_sample(writer, {5, 0});
  write_simulation(writer, 6);
  write_sample(writer, {1, 2});
  write_simulation(writer, 2);
  EXPECT_EQ(writer.finish(), 2u);
  expect_simulations({2, 6});
}

TEST_F(DataSetTest, TakesSamplesInAnyOrder) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    Random random(seed);
    std::vector<SampleId> ids;
    for (std::uint64_t sim = 0; sim < 8; ++sim) {
      for (std::uint64_t step = 0; step < steps; ++step) ids.push_back({sim, step});
    }
    std::shuffle(ids.begin(), ids.end(), random);
    const SampleId missing = ids.back();
    ids.pop_back();
    DataSetWriter writer(file_, study_);
    for (const auto id : ids) write_sample(writer, id);
    writer.finish();
    std::vector<std::uint64_t> sims;
    for (std::uint64_t sim = 0; sim < 8; ++sim) {
      if (sim != missing.sim) sims.push_back(sim);
    }
    expect_simulations(sims);
  }
}

TEST_F(DataSetTest, KeepsTheFirstOfSeveralCopies) {
  DataSetWriter writer(file_, study_);
  write_simulation(writer, 0);
  writer.write({0, 1}, parameters_of(0), std::vector<float>(sample_size, -1));
  writer.finish();
  expect_simulations({0});
}

TEST_F(DataSetTest, MayBeEmpty) {
  DataSetWriter writer(file_, study_);
  EXPECT_EQ(writer.finish(), 0u);
  EXPECT_EQ(DataSet(file_, study_).samples(), 0u);
}

TEST_F(DataSetTest, AppearsOnlyWhenItIsFinished) {
  DataSetWriter writer(file_, study_);
  write_simulation(writer, 0);
  EXPECT_FALSE(std::filesystem::exists(file_));
  writer.finish();
  EXPECT_THAT(files(), ElementsAre("set.h5"));
}

TEST_F(DataSetTest, LeavesNothingBehindWhenItIsNotFinished) {
  {
    DataSetWriter writer(file_, study_);
    write_simulation(writer, 0);
    EXPECT_EQ(files().size(), 1u);
  }
  EXPECT_THAT(files(), ElementsAre());
}

TEST_F(DataSetTest, ReplacesAnEarlierOneAsAWhole) {
  for (const std::uint64_t sim : {1, 2}) {
    DataSetWriter writer(file_, study_);
    write_simulation(writer, sim);
    writer.finish();
    expect_simulations({sim});
  }
}

TEST_F(DataSetTest, CanBeMoved) {
  DataSetWriter writer(file_, study_);
  write_simulation(writer, 4);
  writer.finish();
  DataSet data(file_, study_);
  const DataSet moved = std::move(data);
  EXPECT_EQ(moved.id(2), (SampleId{4, 2}));
}

}  // namespace
}  // namespace weir
