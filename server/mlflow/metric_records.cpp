#include "server/mlflow/metric_records.h"

#include <limits>

#include <nlohmann/json.hpp>

#include "src/core/lines.h"

namespace weir::mlflow {
namespace {

using Json = nlohmann::json;

bool is_value(const Json& json) { return json.is_number() || json.is_null(); }

double value_of(const Json& json) {
  return json.is_number() ? json.get<double>() : std::numeric_limits<double>::quiet_NaN();
}

void add(const Json& record, MetricRecords& all) {
  if (!record.is_object()) return;
  const auto kind = record.find("kind"), batch = record.find("batch");
  if (kind == record.end() || !kind->is_string() || batch == record.end() ||
      !batch->is_number_unsigned())
    return;
  const auto group = kind->get<std::string>();
  const auto step = batch->get<std::size_t>();
  for (const auto& [name, value] : record.items())
    if (is_value(value) && name != "batch" && name != "seconds")
      all[metric_name(group, name)].emplace_back(step, value_of(value));
  const auto fields = record.find("fields");
  if (fields == record.end() || !fields->is_object()) return;
  for (const auto& [field, values] : fields->items())
    for (const auto& [name, value] : values.items())
      if (is_value(value)) all[metric_name(group, field, name)].emplace_back(step, value_of(value));
}

}  // namespace

std::string metric_name(std::string_view kind, std::string_view value) {
  return std::string(kind).append("/").append(value);
}

std::string metric_name(std::string_view kind, std::string_view field, std::string_view value) {
  return metric_name(kind, field).append(".").append(value);
}

MetricRecords metric_records(std::string_view json_lines) {
  MetricRecords all;
  for_each_line(json_lines, [&](std::string_view line) {
    add(Json::parse(line, nullptr, /*allow_exceptions=*/false), all);
  });
  return all;
}

}  // namespace weir::mlflow
