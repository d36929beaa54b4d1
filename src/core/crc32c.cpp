#include "src/core/crc32c.h"

#include <array>
#include <bit>
#include <cstddef>
#include <cstring>

#if defined(__x86_64__)
#include <nmmintrin.h>
#elif defined(__aarch64__) && defined(__linux__)
#include <arm_acle.h>
#include <asm/hwcap.h>
#include <sys/auxv.h>
#endif

namespace weir {
namespace {

static_assert(std::endian::native == std::endian::little, "words are taken as they lie in memory");

using Table = std::array<std::uint32_t, 256>;
constexpr std::uint32_t polynomial = 0x82f63b78u;  // bits reversed

/// tables[k][b]: byte b, with k zero bytes after it.
constexpr std::array<Table, 8> make_tables() {
  std::array<Table, 8> tables{};
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    std::uint32_t crc = byte;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) ? polynomial : 0u);
    tables[0][byte] = crc;
  }
  for (std::size_t k = 1; k < 8; ++k) {
    for (std::size_t byte = 0; byte < 256; ++byte) {
      const std::uint32_t crc = tables[k - 1][byte];
      tables[k][byte] = (crc >> 8) ^ tables[0][crc & 0xff];
    }
  }
  return tables;
}
constexpr auto tables = make_tables();

std::uint64_t word_at(const char* data) {
  std::uint64_t word;
  std::memcpy(&word, data, sizeof word);
  return word;
}

// From here on `crc` is the register: the checksum, inverted.

std::uint32_t add_byte(std::uint32_t crc, char byte) {
  return (crc >> 8) ^ tables[0][(crc ^ static_cast<unsigned char>(byte)) & 0xff];
}

/// Eight bytes by eight look-ups that do not wait for one another (slicing-by-8).
std::uint32_t portable(std::uint32_t crc, const char* data, std::size_t size) {
  for (; size >= 8; data += 8, size -= 8) {
    const std::uint64_t word = word_at(data) ^ crc;
    crc = 0;
    for (std::size_t k = 0; k < 8; ++k) crc ^= tables[7 - k][(word >> (8 * k)) & 0xff];
  }
  for (; size > 0; ++data, --size) crc = add_byte(crc, *data);
  return crc;
}

#if defined(__x86_64__)
#define WEIR_CRC_TARGET __attribute__((target("sse4.2")))
bool has_instruction() { return __builtin_cpu_supports("sse4.2"); }
WEIR_CRC_TARGET inline std::uint32_t add_word(std::uint32_t crc, std::uint64_t word) {
  return static_cast<std::uint32_t>(_mm_crc32_u64(crc, word));
}
#elif defined(__aarch64__) && defined(__linux__)
#define WEIR_CRC_TARGET __attribute__((target("+crc")))
bool has_instruction() { return (getauxval(AT_HWCAP) & HWCAP_CRC32) != 0; }
WEIR_CRC_TARGET inline std::uint32_t add_word(std::uint32_t crc, std::uint64_t word) {
  return __crc32cd(crc, word);
}
#endif

#ifdef WEIR_CRC_TARGET

// An instruction takes three cycles, and one can begin in each: three stripes of a block are summed
// side by side, then moved over the stripes behind them.
constexpr std::size_t stripe = 4096;

/// What `crc` becomes over `stripe` zero bytes: linear, hence a sum over the bytes of `crc`.
class StripeShift {
 public:
  StripeShift() {
    std::array<std::uint32_t, 32> of_bit;
    for (std::size_t bit = 0; bit < 32; ++bit) {
      of_bit[bit] = std::uint32_t{1} << bit;
      for (std::size_t k = 0; k < stripe; ++k) of_bit[bit] = add_byte(of_bit[bit], 0);
    }
    for (std::size_t part = 0; part < 4; ++part) {
      for (std::size_t byte = 0; byte < 256; ++byte) {
        for (std::size_t bit = 0; bit < 8; ++bit) {
          if ((byte >> bit & 1) != 0) shifted_[part][byte] ^= of_bit[8 * part + bit];
        }
      }
    }
  }

  std::uint32_t operator()(std::uint32_t crc) const {
    return shifted_[0][crc & 0xff] ^ shifted_[1][crc >> 8 & 0xff] ^ shifted_[2][crc >> 16 & 0xff] ^
           shifted_[3][crc >> 24];
  }

 private:
  std::array<Table, 4> shifted_{};
};

WEIR_CRC_TARGET std::uint32_t hardware(std::uint32_t crc, const char* data, std::size_t size) {
  static const StripeShift shift;
  for (; size >= 3 * stripe; data += 3 * stripe, size -= 3 * stripe) {
    std::uint32_t second = 0, third = 0;
    for (std::size_t k = 0; k < stripe; k += 8) {
      crc = add_word(crc, word_at(data + k));
      second = add_word(second, word_at(data + stripe + k));
      third = add_word(third, word_at(data + 2 * stripe + k));
    }
    crc = shift(shift(crc) ^ second) ^ third;
  }
  for (; size >= 8; data += 8, size -= 8) crc = add_word(crc, word_at(data));
  for (; size > 0; ++data, --size) crc = add_byte(crc, *data);
  return crc;
}

std::uint32_t fastest(std::uint32_t crc, const char* data, std::size_t size) {
  static const bool instruction = has_instruction();
  return instruction ? hardware(crc, data, size) : portable(crc, data, size);
}

#else

std::uint32_t fastest(std::uint32_t crc, const char* data, std::size_t size) {
  return portable(crc, data, size);
}

#endif

}  // namespace

std::uint32_t crc32c(std::string_view bytes, std::uint32_t before) {
  return ~fastest(~before, bytes.data(), bytes.size());
}

std::uint32_t crc32c_portable(std::string_view bytes, std::uint32_t before) {
  return ~portable(~before, bytes.data(), bytes.size());
}

}  // namespace weir
