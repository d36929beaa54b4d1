#include "src/core/crc32c.h"

#include <string>

#include <gtest/gtest.h>

#include "src/core/random.h"

namespace weir {
namespace {

std::string random_bytes(std::size_t size, std::uint64_t seed) {
  Random random(seed);
  std::string bytes(size, '\0');
  for (auto& byte : bytes) byte = static_cast<char>(random());
  return bytes;
}

/// Both ways, which must agree.
std::uint32_t checksum(const std::string& bytes) {
  EXPECT_EQ(crc32c(bytes), crc32c_portable(bytes));
  return crc32c(bytes);
}

// RFC 3720, appendix B.4.
TEST(Crc32cOfTheStandard, IsReached) {
  std::string up(32, '\0'), down(32, '\0');
  for (int k = 0; k < 32; ++k) {
    up[static_cast<std::size_t>(k)] = static_cast<char>(k);
    down[static_cast<std::size_t>(k)] = static_cast<char>(31 - k);
  }
  EXPECT_EQ(checksum(std::string(32, '\0')), 0x8a9136aau);
  EXPECT_EQ(checksum(std::string(32, '\xff')), 0x62a8ab43u);
  EXPECT_EQ(checksum(up), 0x46dd794eu);
  EXPECT_EQ(checksum(down), 0x113fdb5cu);
  EXPECT_EQ(checksum("123456789"), 0xe3069283u);
  EXPECT_EQ(checksum(""), 0u);
}

TEST(Crc32c, OfTheInstructionIsThatOfTheTablesAtAllLengthsAndPlaces) {
  const std::string bytes = random_bytes(100'000, /*seed=*/1);
  const std::string_view all = bytes;
  Random random(2);
  for (int k = 0; k < 2000; ++k) {
    const std::size_t begin = random.below(64);
    const std::size_t size = random.below(k % 2 == 0 ? 200 : bytes.size() - begin);
    const auto before = static_cast<std::uint32_t>(random());
    ASSERT_EQ(crc32c(all.substr(begin, size), before),
              crc32c_portable(all.substr(begin, size), before))
        << size << " bytes from " << begin;
  }
}

TEST(Crc32c, GoesOnFromAnyPlace) {
  const std::string bytes = random_bytes(40'000, /*seed=*/3);
  const std::string_view all = bytes;
  for (std::size_t split = 0; split < bytes.size(); split += 997)
    ASSERT_EQ(crc32c(all.substr(split), crc32c(all.substr(0, split))), crc32c(all));
}

}  // namespace
}  // namespace weir
