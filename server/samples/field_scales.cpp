#include "server/samples/field_scales.h"

#include <cstring>

#include "src/core/vector_clones.h"

namespace weir {
namespace {

WEIR_VECTOR_CLONES void scale_values(const float* from, std::size_t count, float mean, float scale,
                                     float* to) {
  for (std::size_t k = 0; k < count; ++k) to[k] = (from[k] - mean) * scale;
}

}  // namespace

void copy_field(const float* from, const FieldScale& scale, float* to) {
  scale_values(from, scale.size, scale.mean, scale.scale, to);
}

void copy_row(std::span<const float> row, const FieldScales& scales, float* to) {
  if (scales.empty()) {
    std::memmove(to, row.data(), row.size_bytes());
    return;
  }
  const float* from = row.data();
  for (const FieldScale& scale : scales) {
    copy_field(from, scale, to);
    from += scale.size;
    to += scale.size;
  }
}

}  // namespace weir
