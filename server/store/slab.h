#pragma once
// The memory of the slots: one array [capacity, row size] of floats a field, mapped once.

#include <cstddef>
#include <cstdint>
#include <span>

namespace weir {

/// Rows lie one after another without padding, so that a slab is one contiguous tensor; the first
/// starts on a page. Pages cost memory only once they are written. Errors: Error{environment} when
/// the system refuses to map them.
class Slab {
 public:
  Slab(std::size_t capacity, std::size_t row_size);
  ~Slab();
  Slab(Slab&& other) noexcept;
  Slab& operator=(Slab&&) = delete;

  /// Precondition: slot < capacity.
  float* row(std::size_t slot) const { return floats_ + slot * row_size_; }
  std::size_t row_size() const { return row_size_; }
  std::span<float> values() const { return {floats_, bytes_ / sizeof(float)}; }

 private:
  float* floats_;
  std::size_t row_size_, bytes_;
};

/// Error{environment} when `capacity` slots of `slot_bytes`, and `history_bytes` for the steps that
/// pairs wait for, are more than `available` bytes: it names all four, and the capacity that would
/// fit.
void check_memory(std::size_t capacity, std::size_t slot_bytes, double history_bytes,
                  std::uint64_t available);

}  // namespace weir
