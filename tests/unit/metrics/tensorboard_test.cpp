#include "server/metrics/tensorboard.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "event_reader.h"

namespace weir {
namespace {

using namespace test;
using testing::ElementsAre;

TEST(TensorBoard, FilesStartWithTheirVersion) {
  const std::string record = tensorboard::file_start(/*wall_time=*/12.5);
  const auto events = events_of(record);
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(as_double(proto_field(events[0], 1)), 12.5);
  EXPECT_EQ(proto_field(events[0], 3).text, "brain.Event:2");
}

TEST(TensorBoard, ScalarsCarryTagStepAndValue) {
  const std::string record =
      tensorboard::scalar({.wall_time = 1, .step = 300}, "train/loss", /*value=*/0.25);
  const auto events = events_of(record);
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(proto_field(events[0], 2).bits, 300u);
  const auto value = proto_field(proto_field(events[0], 5).text, 1).text;
  EXPECT_EQ(proto_field(value, 1).text, "train/loss");
  EXPECT_EQ(as_float(proto_field(value, 2)), 0.25f);
}

TEST(TensorBoard, LongTagsHaveLongLengths) {
  const std::string tag(1000, 'x');
  const std::string record = tensorboard::scalar({}, tag, /*value=*/1);
  const auto value = proto_field(proto_field(events_of(record).at(0), 5).text, 1).text;
  EXPECT_EQ(proto_field(value, 1).text, tag);
}

TEST(TensorBoard, HistogramsCarryMomentsAndBuckets) {
  const std::string record = tensorboard::histogram({}, "repeats", /*counts=*/{0, 2, 3, 0, 5, 0});
  const auto value = proto_field(proto_field(events_of(record).at(0), 5).text, 1).text;
  const auto histogram = proto_field(value, 5).text;
  const std::vector<double> moments = {1, 4, 10, 2 + 6 + 20, 2 + 12 + 80};
  for (std::size_t k = 0; k < moments.size(); ++k) {
    EXPECT_EQ(as_double(proto_field(histogram, k + 1)), moments[k]) << "field " << k + 1;
  }
  EXPECT_THAT(as_doubles(proto_field(histogram, 6).text),
              ElementsAre(0.5, 1.5, 2.5, 3.5, 4.5, 5.5));
  EXPECT_THAT(as_doubles(proto_field(histogram, 7).text), ElementsAre(0, 2, 3, 0, 5, 0));
}

}  // namespace
}  // namespace weir
