// Draws and arrivals out of a lineage log.

#include "launcher/report/draw_record.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "src/core/lineage_file.h"
#include "tests/support/temporary_folder.h"

namespace weir {
namespace {

using testing::IsNan;
using testing::Le;
using testing::SizeIs;
using Kind = LineageEvent::Kind;

SampleId id(std::uint64_t sim, std::uint64_t step) { return {.sim = sim, .step = step}; }

class Draws : public testing::Test {
 protected:
  void begin(std::uint64_t slot, SampleId sample) {
    lineage::append(events_, Kind::begin, slot, {&sample, 1});
  }
  void commit(std::uint64_t slot) { lineage::append(events_, Kind::commit, slot); }
  void draw(const std::vector<SampleId>& batch) { lineage::append(events_, Kind::draw, 1, batch); }

  DrawRecord read(bool reproducible) {
    const LineageHeader header{.reproducible = reproducible, .steps = 10};
    files_.replace(directory_.lineage(0), lineage::encode(header) + lineage::frame(events_), 0600);
    return read_draws(files_, directory_);
  }

  test::TemporaryFolder folder_;
  FileSystem& files_ = posix_file_system();
  StudyDirectory directory_{folder_.path()};
  std::string events_;
};

TEST_F(Draws, AreSimulationsAndSteps) {
  draw({id(3, 1), id(4, 2)});
  const auto record = read(/*reproducible=*/false);
  EXPECT_EQ(record.drawn, 2);
  EXPECT_EQ(record.arrived, 0);
  ASSERT_THAT(record.draws, SizeIs(2));
  EXPECT_EQ(record.draws[1].sim, 4);
  EXPECT_EQ(record.draws[1].step, 2);
  EXPECT_THAT(record.draws[1].arrival, IsNan());
}

TEST_F(Draws, TellWhenSamplesHadCome) {
  begin(5, id(0, 0));
  begin(6, id(1, 0));
  begin(7, id(2, 0));
  commit(6);
  lineage::append(events_, Kind::abandon, 7);
  commit(5);
  draw({id(0, 0)});
  draw({id(1, 0)});
  const auto record = read(/*reproducible=*/true);
  EXPECT_EQ(record.arrived, 2);
  ASSERT_THAT(record.draws, SizeIs(2));
  EXPECT_EQ(record.draws[0].arrival, 1);
  EXPECT_EQ(record.draws[1].arrival, 0);
}

TEST_F(Draws, ForgetWhatWasBeingFilledWhenTheServerCameBack) {
  begin(5, id(0, 0));
  lineage::append(events_, Kind::restored, 0);
  commit(5);  // a slot of which this server has not told the sample
  begin(5, id(1, 0));
  commit(5);
  draw({id(0, 0), id(1, 0)});
  const auto record = read(/*reproducible=*/true);
  EXPECT_EQ(record.arrived, 1);
  EXPECT_THAT(record.draws.at(0).arrival, IsNan());
  EXPECT_EQ(record.draws.at(1).arrival, 0);
}

TEST_F(Draws, OfLongTrainingsAreTakenEvenly) {
  constexpr std::size_t all = 1000000;
  std::vector<SampleId> batch;
  for (std::size_t k = 0; k < all; ++k) batch.push_back(id(k, k % 10));
  draw(batch);
  const auto record = read(/*reproducible=*/false);
  EXPECT_EQ(record.drawn, static_cast<double>(all));
  EXPECT_THAT(record.draws.size(), Le(400000u));
  ASSERT_GT(record.draws.size(), 200000u);
  const double apart = record.draws[1].number;
  for (std::size_t k = 0; k < record.draws.size(); ++k) {
    ASSERT_EQ(record.draws[k].number, apart * static_cast<double>(k));
    ASSERT_EQ(record.draws[k].sim, record.draws[k].number);
  }
}

}  // namespace
}  // namespace weir
