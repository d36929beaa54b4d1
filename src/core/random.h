#pragma once
// Seeded random numbers: one named stream for each use, so that a study's seed fixes all of them
// and none disturbs another.

#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>

#include "src/core/fnv1a.h"

namespace weir {

/// splitmix64 step (Steele, Lea, Flood 2014): the next state's output; used for seeding.
inline std::uint64_t split_mix(std::uint64_t& state) {
  std::uint64_t z = (state += 0x9e3779b97f4a7c15ULL);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
  return z ^ (z >> 31);
}

/// xoshiro256** (Blackman, Vigna 2018). Not thread-safe. Copyable: its four words are its whole
/// state.
class Random {
 public:
  using result_type = std::uint64_t;

  explicit Random(std::uint64_t seed) {
    for (auto& word : state_) word = split_mix(seed);
  }
  /// The stream called `name` (and `index`, say the rank) of a study's seed.
  Random(std::uint64_t seed, std::string_view name, std::uint64_t index = 0)
      : Random(seed ^ hash(name, index)) {}

  /// Goes on from a state that state() gave.
  explicit Random(const std::array<std::uint64_t, 4>& state) {
    std::copy(state.begin(), state.end(), state_);
  }
  std::array<std::uint64_t, 4> state() const { return std::to_array(state_); }

  static constexpr result_type min() { return 0; }
  static constexpr result_type max() { return ~result_type{0}; }

  result_type operator()() {
    const std::uint64_t result = rotate(state_[1] * 5, 7) * 9;
    const std::uint64_t t = state_[1] << 17;
    state_[2] ^= state_[0];
    state_[3] ^= state_[1];
    state_[1] ^= state_[2];
    state_[0] ^= state_[3];
    state_[2] ^= t;
    state_[3] = rotate(state_[3], 45);
    return result;
  }

  /// Uniform in 0 … n-1 without bias (Lemire 2019). Requires n > 0.
  std::uint64_t below(std::uint64_t n) {
    auto product = static_cast<Wide>((*this)()) * n;
    if (static_cast<std::uint64_t>(product) < n) {
      const std::uint64_t threshold = (0 - n) % n;
      while (static_cast<std::uint64_t>(product) < threshold)
        product = static_cast<Wide>((*this)()) * n;
    }
    return static_cast<std::uint64_t>(product >> 64);
  }

  /// Uniform in [0, 1).
  double uniform() { return static_cast<double>((*this)() >> 11) * 0x1.0p-53; }

 private:
  // g++ and clang have it on every 64-bit machine; ISO C++ does not.
  __extension__ using Wide = unsigned __int128;

  static std::uint64_t rotate(std::uint64_t x, int by) { return (x << by) | (x >> (64 - by)); }
  static std::uint64_t hash(std::string_view name, std::uint64_t index) {
    std::uint64_t mixed = fnv1a(name, fnv1a_start ^ (index * 0x9e3779b97f4a7c15ULL));
    return split_mix(mixed);
  }
  std::uint64_t state_[4];
};

}  // namespace weir
