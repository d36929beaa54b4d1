#include "src/wire/box.h"

#include <algorithm>
#include <optional>

namespace weir::wire {
namespace {

std::optional<std::uint64_t> product(const Box& box, std::uint64_t Axis::*of) {
  std::uint64_t product = 1;
  for (const Axis& axis : box) {
    if (__builtin_mul_overflow(product, axis.*of, &product)) return std::nullopt;
  }
  return product;
}

/// Whether two neighbouring axes are one: each row of the outer one is the whole inner axis, or
/// there is one row only.
bool joined(const Axis& outer, const Axis& inner) {
  return inner.extent == inner.global || outer.extent == 1;
}

Axis join(const Axis& outer, const Axis& inner) {
  return {outer.global * inner.global, outer.extent * inner.extent,
          outer.start * inner.global + inner.start};
}

void divide(const Box& box, std::uint64_t position, std::uint64_t most,
            std::vector<BoxChunk>& into) {
  const std::uint64_t values = values_of(box);
  if (values <= most) {
    into.push_back({position, simplified(box)});
    return;
  }
  const auto axis = static_cast<std::size_t>(
      std::find_if(box.begin(), box.end(), [](const Axis& a) { return a.extent > 1; }) -
      box.begin());
  const std::uint64_t extent = box[axis].extent, row = values / extent;
  const std::uint64_t rows = std::max<std::uint64_t>(most / row, 1);
  for (std::uint64_t first = 0; first < extent; first += rows) {
    Box piece = box;
    piece[axis].start += first;
    piece[axis].extent = std::min(rows, extent - first);
    divide(piece, position + first * row, most, into);
  }
}

}  // namespace

std::string wrong_box(const Box& box, std::uint64_t size, std::uint64_t values) {
  if (box.empty() || box.size() > max_axes) {
    return "a box of " + std::to_string(box.size()) + " axes; it has 1 to " +
           std::to_string(max_axes);
  }
  if (product(box, &Axis::global) != size) {
    return "a box in an array that does not have the field's " + std::to_string(size) + " values";
  }
  if (product(box, &Axis::extent) != values) {
    return "a box that does not have the chunk's " + std::to_string(values) + " values";
  }
  for (const Axis& axis : box) {
    if (axis.start <= axis.global && axis.extent <= axis.global - axis.start) continue;
    return "a box from " + std::to_string(axis.start) + " with " + std::to_string(axis.extent) +
           " values along an axis of " + std::to_string(axis.global);
  }
  return {};
}

Box simplified(const Box& box) {
  Box simple;
  for (const Axis& axis : box) {
    if (!simple.empty() && joined(simple.back(), axis)) {
      simple.back() = join(simple.back(), axis);
    } else {
      simple.push_back(axis);
    }
  }
  return simple;
}

std::vector<BoxChunk> divided(const Box& box, std::uint64_t most) {
  std::vector<BoxChunk> chunks;
  if (values_of(box) > 0) divide(box, 0, most, chunks);
  return chunks;
}

}  // namespace weir::wire
