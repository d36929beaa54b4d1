#include "src/raster/png.h"

#include <cstdint>
#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace weir::plot {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

std::string hex_of(const std::string& bytes) {
  std::string text;
  for (const char byte : bytes) {
    constexpr const char* digits = "0123456789abcdef";
    const auto value = static_cast<std::uint8_t>(byte);
    (text += digits[value >> 4]) += digits[value & 15];
  }
  return text;
}

TEST(ColourMap, GoesFromDarkToBright) {
  EXPECT_EQ(hex(colour_at(ColourMap::sequential, 0)), "#440154");
  EXPECT_EQ(hex(colour_at(ColourMap::sequential, 1)), "#fde725");
  EXPECT_EQ(colour_at(ColourMap::sequential, -7), colour_at(ColourMap::sequential, 0));
  EXPECT_EQ(colour_at(ColourMap::sequential, 7), colour_at(ColourMap::sequential, 1));
  EXPECT_EQ(colour_at(ColourMap::sequential, nan), colour_at(ColourMap::sequential, 0));
}

TEST(ColourMap, GetsBrighterAllTheWay) {
  double before = -1;
  for (double position = 0; position <= 1; position += 0.01) {
    const auto [red, green, blue] = colour_at(ColourMap::sequential, position);
    const double light = 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    EXPECT_GT(light, before - 0.5) << position;
    before = light;
  }
}

TEST(ColourMap, HasWhiteInTheMiddleOfADivergingOne) {
  EXPECT_EQ(hex(colour_at(ColourMap::diverging, 0.5)), "#f7f7f7");
}

TEST(Png, HasPixelsByRowWithTheirColours) {
  const Table table{.rows = 2, .columns = 2, .values = {0, 1, nan, 0.5}};
  const auto bytes = hex_of(png(table, ColourMap::sequential, {0, 1}));
  EXPECT_THAT(bytes, StartsWith("89504e470d0a1a0a0000000d49484452"));
  EXPECT_THAT(bytes, HasSubstr("00000002000000020803000000"));  // 2 × 2, 8 bits, a palette
  // One stored block of six bytes: a filter byte and two pixels a row; then Adler-32.
  EXPECT_THAT(bytes, HasSubstr("7801010600f9ff0001ff00008004870181"));
}

TEST(Png, TakesMoreThanABlockHolds) {
  const Table table{.rows = 300, .columns = 300, .values = std::vector<double>(90000, 1)};
  EXPECT_GT(png(table, ColourMap::sequential, {0, 1}).size(), 90300u);
}

TEST(Png, TakesValuesOutsideTheRangeToItsEnds) {
  const Table inside{.rows = 1, .columns = 2, .values = {0, 1}};
  const Table outside{.rows = 1, .columns = 2, .values = {-1e300, 1e300}};
  EXPECT_EQ(png(inside, ColourMap::sequential, {0, 1}),
            png(outside, ColourMap::sequential, {0, 1}));
}

TEST(DataUri, IsBase64) {
  EXPECT_EQ(data_uri("Man"), "data:image/png;base64,TWFu");
  EXPECT_EQ(data_uri("Ma"), "data:image/png;base64,TWE=");
  EXPECT_EQ(data_uri("M"), "data:image/png;base64,TQ==");
}

}  // namespace
}  // namespace weir::plot
