#include "launcher/plot/text.h"

#include <limits>

#include <gtest/gtest.h>

namespace weir::plot {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double nan = std::numeric_limits<double>::quiet_NaN();

TEST(Text, EscapesWhatAPageWouldTakeForMarkup) {
  EXPECT_EQ(escaped("<script>\"a\" & 'b'</script>"),
            "&lt;script&gt;&quot;a&quot; &amp; &#39;b&#39;&lt;/script&gt;");
}

TEST(Text, KeepsCharactersOfSeveralBytes) { EXPECT_EQ(escaped("é→𝜎\t\n"), "é→𝜎\t\n"); }

TEST(Text, ReplacesControlCharactersAndBytesThatAreNoUtf8) {
  const std::string bad = "\xef\xbf\xbd";
  EXPECT_EQ(escaped(std::string("a\0b", 3)), "a" + bad + "b");
  EXPECT_EQ(escaped("a\x1b[0m"), "a" + bad + "[0m");
  EXPECT_EQ(escaped("\xff"), bad);
  EXPECT_EQ(escaped("\xc3"), bad);                                // cut
  EXPECT_EQ(escaped("\xc0\xbc"), bad + bad);                      // an overlong '<'
  EXPECT_EQ(escaped("\xed\xa0\x80"), bad + bad + bad);            // half of a pair of UTF-16
  EXPECT_EQ(escaped("\xf4\x90\x80\x80"), bad + bad + bad + bad);  // beyond Unicode
}

TEST(Text, ShowsNumbersWithFourDigits) {
  EXPECT_EQ(number(0), "0");
  EXPECT_EQ(number(12.3456), "12.35");
  EXPECT_EQ(number(-0.5), "−0.5");
  EXPECT_EQ(number(0.012345), "0.01235");
  EXPECT_EQ(number(1234), "1234");
  EXPECT_EQ(number(1250000), "1\u202f250\u202f000");
}

TEST(Text, ShowsVeryLargeAndVerySmallNumbersWithAPowerOfTen) {
  EXPECT_EQ(number(1.25e-5), "1.25×10⁻⁵");
  EXPECT_EQ(number(1e-4), "10⁻⁴");
  EXPECT_EQ(number(-2e12), "−2×10¹²");
  EXPECT_EQ(number(9.9999999e-7), "10⁻⁶");
}

TEST(Text, ShowsWhatIsNoNumber) {
  EXPECT_EQ(number(nan), "–");
  EXPECT_EQ(number(infinity), "∞");
  EXPECT_EQ(number(-infinity), "−∞");
}

TEST(Text, GivesTicksTheDigitsThatTellThemApart) {
  EXPECT_EQ(tick_number(0.25, 0.05), "0.25");
  EXPECT_EQ(tick_number(1, 0.5), "1.0");
  EXPECT_EQ(tick_number(20000, 5000), "20\u202f000");
  EXPECT_EQ(tick_number(3e-17, 0.1), "0");
  EXPECT_EQ(tick_number(1.5e7, 5e6), "1.5×10⁷");
}

TEST(Text, RoundsPlacesToTenthsOfAPixel) {
  EXPECT_EQ(coordinate(12.34), "12.3");
  EXPECT_EQ(coordinate(7), "7");
  EXPECT_EQ(coordinate(-0.001), "0");
  EXPECT_EQ(coordinate(nan), "0");
}

}  // namespace
}  // namespace weir::plot
