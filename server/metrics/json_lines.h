#pragma once
// Metrics as lines of JSON.

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "server/metrics/metrics.h"

namespace weir::json_lines {

/// {"kind": …, "batch": …, "seconds": …, values…} and a newline; with fields also "fields".
std::string scalars(std::string_view kind, std::size_t batch, double seconds,
                    const std::vector<std::pair<std::string, double>>& values,
                    const std::vector<FieldRecord>& fields = {});
/// {"kind": "histogram", "batch": …, "seconds": …, "name": …, "counts": […]} and a newline.
std::string histogram(std::string_view name, std::size_t batch, double seconds,
                      const std::vector<double>& counts);

}  // namespace weir::json_lines
