#include "src/core/number_text.h"

#include <bit>
#include <cmath>
#include <cstdlib>
#include <limits>

#include <gtest/gtest.h>

#include "src/core/random.h"

namespace weir {
namespace {

TEST(NumberText, HasSoManyDigitsAtMost) {
  EXPECT_EQ(number_text(0.1), "0.1");
  EXPECT_EQ(number_text(123456.7), "123457");
  EXPECT_EQ(number_text(-1e-9), "-1e-09");
  EXPECT_EQ(number_text(2.0 / 3, 3), "0.667");
  EXPECT_EQ(number_text(-std::numeric_limits<double>::max(), 17), "-1.7976931348623157e+308");
}

TEST(NumberText, SaysWhatIsNoNumber) {
  EXPECT_EQ(exact_number_text(std::numeric_limits<double>::quiet_NaN()), "nan");
  EXPECT_EQ(exact_number_text(-std::numeric_limits<double>::infinity()), "-inf");
}

TEST(ExactNumberText, ShowsWholeNumbersAndTenthsAsOneWritesThem) {
  EXPECT_EQ(exact_number_text(0.1), "0.1");
  EXPECT_EQ(exact_number_text(9.95), "9.95");  // 9.949999999999999 reads back to it as well
  EXPECT_EQ(exact_number_text(1000000), "1000000");  // a solver may read it as an integer
  EXPECT_EQ(exact_number_text(0.1 + 0.2), "0.30000000000000004");
}

TEST(ExactNumberText, ReadsBackToTheSameBits) {
  Random random(/*seed=*/1);
  for (int k = 0; k < 10000; ++k) {
    const double value = std::bit_cast<double>(random());
    if (!std::isfinite(value)) continue;
    const double back = std::strtod(exact_number_text(value).c_str(), nullptr);
    EXPECT_EQ(std::bit_cast<std::uint64_t>(back), std::bit_cast<std::uint64_t>(value));
  }
}

}  // namespace
}  // namespace weir
