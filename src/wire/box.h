#pragma once
// Where a box of a row-major array lies in the whole: what a part of a field is, and each chunk of
// it.

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace weir::wire {

/// An axis of the array, and what the box has of it.
struct Axis {
  std::uint64_t global = 0, extent = 0, start = 0;  ///< values
  bool operator==(const Axis&) const = default;
};
using Box = std::vector<Axis>;  ///< outermost axis first

inline constexpr std::size_t max_axes = 16;

/// Values of the box. Precondition: their number is one (wrong_box has found nothing).
inline std::uint64_t values_of(const Box& box) {
  std::uint64_t values = 1;
  for (const Axis& axis : box) values *= axis.extent;
  return values;
}

/// What is wrong with a box of `values` values in an array of `size`, whatever its numbers; empty:
/// nothing.
std::string wrong_box(const Box& box, std::uint64_t size, std::uint64_t values);

/// The same place with fewer axes, where rows lie one behind another. Precondition: not wrong.
Box simplified(const Box& box);

/// A piece of a box, whose values are contiguous among the box's own, from `position` on.
struct BoxChunk {
  std::uint64_t position = 0;
  Box box;
};
/// Divides the box into pieces of at most `most` values, in the order of their positions; none of
/// an empty box.
std::vector<BoxChunk> divided(const Box& box, std::uint64_t most);

/// Calls run(source, destination, count) for each stretch of values that is contiguous in the box
/// and in the array; source counts in the box.
template <class Run>
void for_each_run(const Box& box, const Run& run) {
  const std::uint64_t length = box.back().extent;
  const std::uint64_t rows = length == 0 ? 0 : values_of(box) / length;
  for (std::uint64_t row = 0; row < rows; ++row) {
    std::uint64_t destination = box.back().start, stride = box.back().global, rest = row;
    for (std::size_t axis = box.size() - 1; axis-- > 0;) {
      destination += (box[axis].start + rest % box[axis].extent) * stride;
      rest /= box[axis].extent;
      stride *= box[axis].global;
    }
    run(row * length, destination, length);
  }
}

}  // namespace weir::wire
