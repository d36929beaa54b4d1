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

TEST(TensorBoard, HistogramsHaveOneBucketForAllThatAreEmptyInARow) {
  std::vector<double> counts(1000);
  counts[0] = 7;
  counts[999] = 1;
  const std::string record = tensorboard::histogram({}, "repeats", counts);
  const auto value = proto_field(proto_field(events_of(record).at(0), 5).text, 1).text;
  const auto histogram = proto_field(value, 5).text;
  EXPECT_EQ(as_double(proto_field(histogram, 2)), 999);
  EXPECT_THAT(as_doubles(proto_field(histogram, 6).text), ElementsAre(0.5, 998.5, 999.5));
  EXPECT_THAT(as_doubles(proto_field(histogram, 7).text), ElementsAre(7, 0, 1));
}

TEST(TensorBoard, PicturesCarrySizeBytesAndDescription) {
  const std::string record =
      tensorboard::image({.wall_time = 1, .step = 30}, "evaluation/best/u/truth",
                         {.width = 3, .height = 2, .png = "bytes"}, "from 0 K to 5 K");
  const auto value = proto_field(proto_field(events_of(record).at(0), 5).text, 1).text;
  EXPECT_EQ(proto_field(value, 1).text, "evaluation/best/u/truth");
  std::vector<std::string_view> texts;
  for (const auto& field : proto_fields(proto_field(value, 8).text))
    if (field.number == 8) texts.push_back(field.text);
  EXPECT_THAT(texts, ElementsAre("3", "2", "bytes"));
  EXPECT_EQ(proto_field(proto_field(proto_field(value, 9).text, 1).text, 1).text, "images");
  EXPECT_EQ(proto_field(proto_field(value, 9).text, 3).text, "from 0 K to 5 K");
}

/// The message of the plugin HParams in a record.
std::string_view hparams_in(const std::string& record, const std::string& tag) {
  const auto value = proto_field(proto_field(events_of(record).at(0), 5).text, 1).text;
  EXPECT_EQ(proto_field(value, 1).text, tag);
  EXPECT_EQ(proto_field(value, 8).text, std::string_view("\x08\x01\x12\x02\x12\x00", 6));
  const auto plugin = proto_field(proto_field(value, 9).text, 1).text;
  EXPECT_EQ(proto_field(plugin, 1).text, "hparams");
  return proto_field(plugin, 2).text;
}

TEST(TensorBoard, RunsStartWithTheirSettingsByName) {
  const std::string record = tensorboard::run_start(
      /*wall_time=*/2.5, {{"n", 3.0}, {"kind", std::string("mlp")}, {"residual", false}});
  const auto info = proto_field(hparams_in(record, "_hparams_/session_start_info"), 3).text;
  const auto fields = proto_fields(info);
  ASSERT_EQ(fields.size(), 4u);
  EXPECT_EQ(proto_field(fields[0].text, 1).text, "n");
  EXPECT_EQ(as_double(proto_field(proto_field(fields[0].text, 2).text, 2)), 3);
  EXPECT_EQ(proto_field(fields[1].text, 1).text, "kind");
  EXPECT_EQ(proto_field(proto_field(fields[1].text, 2).text, 3).text, "mlp");
  EXPECT_EQ(proto_field(proto_field(fields[2].text, 2).text, 4).bits, 0u);
  EXPECT_EQ(fields[3].number, 5u);
  EXPECT_EQ(as_double(fields[3]), 2.5);
}

TEST(TensorBoard, RunsEndWellOrNot) {
  for (const bool success : {true, false}) {
    const std::string record = tensorboard::run_end(/*wall_time=*/9, success);
    const auto info = proto_field(hparams_in(record, "_hparams_/session_end_info"), 4).text;
    EXPECT_EQ(proto_field(info, 1).bits, success ? 1u : 2u);
    EXPECT_EQ(as_double(proto_field(info, 2)), 9);
  }
}

}  // namespace
}  // namespace weir
