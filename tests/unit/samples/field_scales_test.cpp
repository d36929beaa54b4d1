// One pass that copies and scales gives the bits of two passes, whatever the sizes.

#include "server/samples/field_scales.h"

#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

#include <gtest/gtest.h>

#include "server/samples/normalisation.h"
#include "src/core/random.h"

namespace weir {
namespace {

std::vector<std::uint32_t> bits_of(std::span<const float> values) {
  std::vector<std::uint32_t> bits;
  for (const float value : values) bits.push_back(std::bit_cast<std::uint32_t>(value));
  return bits;
}

/// Of very different sizes.
std::vector<float> some_values(std::size_t count) {
  Random random(3);
  std::vector<float> values(count);
  for (float& value : values) {
    const double size = std::exp2(random.uniform() * 60 - 30);
    value = static_cast<float>((random.uniform() - 0.5) * size);
  }
  return values;
}

/// Fields of 1, 3, 17, 64 and 1001 values: rests of every width of a register, no two aligned
/// alike.
Normalisation odd_fields() {
  Normalisation normalisation;
  normalisation.field_sizes = {1, 3, 17, 64, 1001};
  normalisation.fields = {{0.1, 3}, {-7.3, 0.01}, {1e6, 1e5}, {0, 1}, {300, 77.7}};
  return normalisation;
}

TEST(FieldScales, OfOnePassGiveTheBitsOfASubtractionAndAProduct) {
  const auto normalisation = odd_fields();
  FieldScales scales;
  set_scales(normalisation, scales);
  const auto row = some_values(normalisation.outputs());
  std::vector<float> expected, copied(row.size());
  for (const auto& [size, mean, scale] : scales) {
    for (std::size_t k = 0; k < size; ++k) {
      const volatile float difference = row[expected.size()] - mean;  // rounded by itself
      expected.push_back(difference * scale);
    }
  }
  copy_row(row, scales, copied.data());
  EXPECT_EQ(bits_of(copied), bits_of(expected));
}

TEST(FieldScales, OfOnePassGiveTheBitsOfTwo) {
  const auto normalisation = odd_fields();
  FieldScales scales;
  set_scales(normalisation, scales);
  const std::size_t size = normalisation.outputs(), samples = 5;
  const auto rows = some_values(samples * size);
  std::vector<float> one_pass(rows.size()), two_passes = rows;
  for (std::size_t k = 0; k < samples; ++k)
    copy_row(std::span(rows).subspan(k * size, size), scales, one_pass.data() + k * size);
  normalise_fields(normalisation, two_passes);
  EXPECT_EQ(bits_of(one_pass), bits_of(two_passes));
  EXPECT_NE(bits_of(one_pass), bits_of(rows));
}

TEST(FieldScales, AreNoneWhereAllFieldsStayAsTheyAre) {
  auto normalisation = odd_fields();
  normalisation.fields.assign(normalisation.fields.size(), {0, 1});
  FieldScales scales = {{.size = 1, .mean = 2, .scale = 3}};
  set_scales(normalisation, scales);
  EXPECT_TRUE(scales.empty());
  const std::array row = {-0.0F, std::numeric_limits<float>::infinity(), 1e-42F};
  std::array<float, 3> copied{};
  copy_row(row, scales, copied.data());
  EXPECT_EQ(bits_of(copied), bits_of(row));
}

TEST(FieldScales, AreSetAnewInTheSameMemory) {
  FieldScales scales;
  set_scales(odd_fields(), scales);
  const auto* memory = scales.data();
  auto others = odd_fields();
  others.fields[0].mean = 5;
  set_scales(others, scales);
  EXPECT_EQ(scales.data(), memory);
  EXPECT_EQ(scales[0], (FieldScale{.size = 1, .mean = 5, .scale = 1.0F / 3}));
}

}  // namespace
}  // namespace weir
