#include "server/results/validation_result.h"

#include <array>
#include <utility>

#include <nlohmann/json.hpp>

namespace weir {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::array<std::pair<const char*, double ErrorMeasures::*>, 3> measures = {
    {{"mse", &ErrorMeasures::mse},
     {"relative_l2", &ErrorMeasures::relative_l2},
     {"maximum", &ErrorMeasures::maximum}}};

std::vector<double> along_steps(const FieldErrors& field, double ErrorMeasures::*member) {
  std::vector<double> values;
  for (const auto& step : field.steps) values.push_back(step.*member);
  return values;
}

}  // namespace

Json to_json(const ErrorMeasures& of) {
  Json json = Json::object();
  for (const auto& [name, member] : measures) json[name] = of.*member;
  return json;
}

Json fields_json(const ValidationResult& result, bool steps) {
  Json fields = Json::object();
  for (const auto& field : result.fields) {
    Json& json = fields[field.name] = to_json(field.all);
    if (!steps) continue;
    for (const auto& [name, member] : measures) json["steps"][name] = along_steps(field, member);
  }
  return fields;
}

std::vector<FieldRecord> field_records(const ValidationResult& result) {
  std::vector<FieldRecord> records;
  for (const auto& field : result.fields) {
    FieldRecord record{field.name, {}, {}};
    for (const auto& [name, member] : measures) {
      record.values.emplace_back(name, field.all.*member);
      record.steps.emplace_back(name, along_steps(field, member));
    }
    records.push_back(std::move(record));
  }
  return records;
}

}  // namespace weir
