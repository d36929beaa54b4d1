#pragma once
// A field as few enough values for a picture.

#include <cstddef>
#include <span>
#include <vector>

namespace weir {

/// Which values of a field a picture has, and its shape: one extent for a curve, two for a table.
struct ShownField {
  std::vector<std::size_t> shape;
  std::vector<std::size_t> places;  ///< in the field's values, row-major in `shape`
};

/// Of `shape` (row-major, its product is the number of values) at most `most` values, every k-th
/// along each axis; they are values of the field, no means. Extents of 1 do not count. Of more than
/// two dimensions the middle of all but the last two.
ShownField shown_field(const std::vector<std::size_t>& shape, std::size_t most);

/// The values at those places.
std::vector<double> shown_values(const ShownField& shown, std::span<const float> values);

}  // namespace weir
