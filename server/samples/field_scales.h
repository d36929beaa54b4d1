#pragma once
// What a field's values become while they are copied into a batch: one expression for all who copy,
// so that their bits agree.

#include <cstddef>
#include <span>
#include <vector>

namespace weir {

/// value → (value − mean) × scale, for each of the `size` values of a field.
struct FieldScale {
  std::size_t size;
  float mean, scale;
  bool operator==(const FieldScale&) const = default;
};

/// Those of a sample's fields, in the study's order. Empty: values stay as they are.
using FieldScales = std::vector<FieldScale>;

/// One field, `scale.size` floats; `to` may be `from`, else they are apart.
void copy_field(const float* from, const FieldScale& scale, float* to);

/// One sample, all fields; `to` may be the row itself, else they are apart. Precondition: the sizes
/// of `scales` add up to that of the row, or there are none.
void copy_row(std::span<const float> row, const FieldScales& scales, float* to);

}  // namespace weir
