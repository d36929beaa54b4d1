#include "launcher/report/evaluation_record.h"

#include <limits>

#include <nlohmann/json.hpp>

#include "src/core/error.h"

namespace weir {
namespace {

using Json = nlohmann::json;

[[noreturn]] void refuse(const std::string& what) {
  throw Error(ErrorKind::input, "evaluation.json is damaged: " + what);
}

double number(const Json& json) {
  return json.is_null() ? std::numeric_limits<double>::quiet_NaN() : json.get<double>();
}

std::vector<double> numbers(const Json& json) {
  std::vector<double> values;
  for (const auto& value : json) values.push_back(number(value));
  return values;
}

std::vector<double> row(const Json& json, std::size_t parameters) {
  auto values = numbers(json);
  if (values.size() != parameters)
    refuse("a simulation has " + std::to_string(values.size()) + " parameters, the study " +
           std::to_string(parameters));
  return values;
}

EvaluatedSimulation simulation(const Json& json, std::size_t parameters) {
  return {.sim = json.at("sim"),
          .parameters = row(json.at("parameters"), parameters),
          .relative_l2 = number(json.at("relative_l2"))};
}

FieldPicture field(const Json& json) {
  FieldPicture picture{.name = json.at("name"),
                       .unit = json.at("unit"),
                       .shape = json.at("shape"),
                       .truth = numbers(json.at("truth")),
                       .prediction = numbers(json.at("prediction"))};
  const std::size_t dimensions = picture.shape.size();
  if (dimensions < 1 || dimensions > 2) refuse("a picture has neither one nor two dimensions");
  const std::size_t rows = dimensions == 2 ? picture.shape[0] : 1, columns = picture.shape.back();
  const std::size_t size = picture.truth.size();
  // Divided, because a product of what anybody wrote could overflow.
  const bool fits = size > 0 && rows > 0 && size % rows == 0 && size / rows == columns;
  if (!fits || picture.prediction.size() != size)
    refuse("a picture has not the values of its shape");
  return picture;
}

SimulationPicture picture(const Json& json, std::size_t parameters) {
  SimulationPicture made{.which = json.at("which"),
                         .simulation = simulation(json, parameters),
                         .step = json.at("step"),
                         .time = number(json.at("time")),
                         .fields = {}};
  for (const auto& one : json.at("fields")) made.fields.push_back(field(one));
  return made;
}

}  // namespace

EvaluationRecord parse_evaluation(std::string_view text, std::size_t parameters) try {
  const auto json = Json::parse(text);
  if (json.at("format") != "weir-evaluation" || json.at("version") != 1)
    refuse("it is of another format or version");
  EvaluationRecord record{.trained = {},
                          .validation = {},
                          .not_looked_at = json.at("not_looked_at"),
                          .pictures = {},
                          .remark = json.value("remark", "")};
  for (const auto& one : json.at("trained")) record.trained.push_back(row(one, parameters));
  for (const auto& one : json.at("validation"))
    record.validation.push_back(simulation(one, parameters));
  for (const auto& one : json.at("pictures")) record.pictures.push_back(picture(one, parameters));
  return record;
} catch (const Json::exception& error) {
  refuse(error.what());
}

}  // namespace weir
