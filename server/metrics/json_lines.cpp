#include "server/metrics/json_lines.h"

#include <nlohmann/json.hpp>

namespace weir::json_lines {
namespace {

nlohmann::ordered_json start(std::string_view kind, std::size_t batch, double seconds) {
  return {{"kind", kind}, {"batch", batch}, {"seconds", seconds}};
}

nlohmann::ordered_json described(const FieldRecord& field) {
  nlohmann::ordered_json json = nlohmann::ordered_json::object();
  for (const auto& [name, value] : field.values) json[name] = value;
  for (const auto& [name, values] : field.steps) json["steps"][name] = values;
  return json;
}

// The library writes NaN and infinity, which JSON has not, as null. Bytes that are not UTF-8 are
// replaced: a name that cannot be encoded is no reason to throw.
std::string line(const nlohmann::ordered_json& record) {
  return record.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace

std::string scalars(std::string_view kind, std::size_t batch, double seconds,
                    const std::vector<std::pair<std::string, double>>& values,
                    const std::vector<FieldRecord>& fields) {
  auto record = start(kind, batch, seconds);
  for (const auto& [name, value] : values) record[name] = value;
  for (const auto& field : fields) record["fields"][field.name] = described(field);
  return line(record);
}

std::string histogram(std::string_view name, std::size_t batch, double seconds,
                      const std::vector<double>& counts) {
  auto record = start("histogram", batch, seconds);
  record["name"] = name;
  record["counts"] = counts;
  return line(record);
}

}  // namespace weir::json_lines
