#pragma once
// The records of a training by metric, as MLflow has them.

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir::mlflow {

/// "train/loss"; of a field "validation/u.mse": a field may be called as a value is, and with a '/'
/// one file would have to be a folder as well.
std::string metric_name(std::string_view kind, std::string_view value);
std::string metric_name(std::string_view kind, std::string_view field, std::string_view value);

/// Steps and values by metric, in the order of the records.
using MetricRecords = std::map<std::string, std::vector<std::pair<std::size_t, double>>>;

/// Out of the text of metrics.jsonl. Lines that are no records are passed over; null is NaN.
MetricRecords metric_records(std::string_view json_lines);

}  // namespace weir::mlflow
