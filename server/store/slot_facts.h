#pragma once
// What the store knows of the sample in each slot besides its values.

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "server/buffer/buffer_state.h"
#include "src/core/large_pages.h"
#include "src/core/sample_id.h"

namespace weir {

/// All that a draw reads of a slot lies together, on lines of the cache of its own: a large store
/// is seldom in the cache, and each table apart would cost another access to memory. Memory:
/// bytes() a slot. What may be read and written when, and by whom, is the store's affair.
class SlotFacts {
 public:
  struct Fact {
    SampleId id;
    double time = 0;          ///< of the step, physical
    std::uint32_t draws = 0;  ///< how often it was drawn
  };

  SlotFacts(std::size_t capacity, std::size_t parameters);

  /// Of one slot: 64 with up to four parameters, then 64 more for each eight.
  static std::size_t bytes(std::size_t parameters) { return lines(parameters) * sizeof(Line); }
  std::size_t capacity() const { return lines_.size() / lines_a_slot_; }

  Fact& operator[](Slot slot) { return *reinterpret_cast<Fact*>(first(slot)); }
  const Fact& operator[](Slot slot) const { return *reinterpret_cast<const Fact*>(first(slot)); }
  std::span<double> parameters(Slot slot) {
    return {reinterpret_cast<double*>(first(slot) + sizeof(Fact)), parameters_};
  }
  std::span<const double> parameters(Slot slot) const {
    return {reinterpret_cast<const double*>(first(slot) + sizeof(Fact)), parameters_};
  }
  /// Brings them into the cache, for who soon reads and counts.
  void prefetch(Slot slot) const;

 private:
  struct alignas(64) Line {
    std::byte bytes[64];
  };
  static std::size_t lines(std::size_t parameters) {
    return (sizeof(Fact) + parameters * sizeof(double) + sizeof(Line) - 1) / sizeof(Line);
  }
  std::byte* first(Slot slot) { return lines_[slot * lines_a_slot_].bytes; }
  const std::byte* first(Slot slot) const { return lines_[slot * lines_a_slot_].bytes; }

  std::size_t parameters_, lines_a_slot_;
  std::vector<Line, LargePages<Line>> lines_;
};

}  // namespace weir
