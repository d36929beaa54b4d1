#pragma once
// What the fuzz targets share: a check that stops the fuzzer, and numbers drawn from its input.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <span>
#include <string>

/// One input of libFuzzer, or of the replay of the corpus. Whatever the bytes: no crash, no
/// exception but weir::Error, and what the target checks holds.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace weir::fuzz {

/// Also where assertions are compiled out.
inline void check(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "fuzz: does not hold: %s\n", what);
  std::abort();
}

inline std::string text_of(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

/// Takes numbers off the front of an input; past its end they are 0.
class Input {
 public:
  Input(const std::uint8_t* data, std::size_t size) : rest_(data, size) {}

  bool empty() const { return rest_.empty(); }
  std::uint8_t byte() {
    if (rest_.empty()) return 0;
    const std::uint8_t value = rest_.front();
    rest_ = rest_.subspan(1);
    return value;
  }
  /// Small mostly, so that numbers meet each other; any number after 255.
  std::uint64_t number() {
    const std::uint8_t small = byte();
    if (small != 255) return small;
    std::uint64_t value = 0;
    for (int k = 0; k < 8; ++k) value |= std::uint64_t{byte()} << (8 * k);
    return value;
  }
  /// At most `size` bytes.
  std::span<const std::uint8_t> bytes(std::size_t size) {
    const auto taken = rest_.first(std::min(size, rest_.size()));
    rest_ = rest_.subspan(taken.size());
    return taken;
  }

 private:
  std::span<const std::uint8_t> rest_;
};

}  // namespace weir::fuzz
