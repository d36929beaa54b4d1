#include "src/raster/field_rasters.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstddef>

namespace weir::plot {
namespace {

Table strip(const std::vector<double>& values) {
  Table table{std::max<std::size_t>(values.size() / 8, 1), values.size(), {}};
  for (std::size_t row = 0; row < table.rows; ++row)
    table.values.insert(table.values.end(), values.begin(), values.end());
  return table;
}

Table upright(const std::vector<std::size_t>& shape, const std::vector<double>& values) {
  const auto columns = static_cast<std::ptrdiff_t>(shape[1]);
  Table table{shape[0], shape[1], {}};
  for (auto end = values.end(); end != values.begin(); end -= columns)
    table.values.insert(table.values.end(), end - columns, end);
  return table;
}

Range symmetric(const std::vector<double>& values) {
  const auto range = range_of(values);
  if (!range) return {-1, 1};
  const double most = std::max(std::abs(range->lower), std::abs(range->upper));
  return {-most, most};
}

}  // namespace

FieldRasters field_rasters(const std::vector<std::size_t>& shape, const std::vector<double>& truth,
                           const std::vector<double>& prediction) {
  assert(shape.size() == 1 || shape.size() == 2);
  assert(truth.size() == prediction.size());
  const auto table = [&](const std::vector<double>& values) {
    return shape.size() == 2 ? upright(shape, values) : strip(values);
  };
  auto both = truth;
  both.insert(both.end(), prediction.begin(), prediction.end());
  std::vector<double> differences;
  for (std::size_t k = 0; k < truth.size(); ++k) differences.push_back(prediction[k] - truth[k]);
  return {table(truth), table(prediction), table(differences), range_of(both).value_or(Range{}),
          symmetric(differences)};
}

}  // namespace weir::plot
