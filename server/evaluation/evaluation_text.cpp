#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <numeric>

#include <nlohmann/json.hpp>

#include "server/evaluation/evaluation.h"

namespace weir {
namespace {

using Json = nlohmann::ordered_json;

/// As many digits as a picture shows; NaN and infinity become null.
double rounded(double value) {
  if (!std::isfinite(value)) return value;
  char text[32];
  std::snprintf(text, sizeof text, "%.5g", value);
  return std::strtod(text, nullptr);
}

Json rounded(const std::vector<double>& values) {
  Json json = Json::array();
  for (const double value : values) json.push_back(rounded(value));
  return json;
}

Json to_json(const SimulationError& error) {
  return {{"sim", error.sim},
          {"parameters", error.parameters},
          {"relative_l2", rounded(error.relative_l2)}};
}

Json to_json(const EvaluationPicture& picture, const Study& study) {
  Json json = {{"which", picture.which}};
  json.update(to_json(picture.simulation));
  json["step"] = picture.simulation.worst_step;
  json["time"] = picture.time;
  json["fields"] = Json::array();
  for (std::size_t k = 0; k < picture.fields.size(); ++k) {
    const auto& values = picture.fields[k];
    const auto& field = study.simulation.fields[k];
    json["fields"].push_back({{"name", field.name},
                              {"unit", field.unit},
                              {"shape", values.shape},
                              {"truth", rounded(values.truth)},
                              {"prediction", rounded(values.prediction)}});
  }
  return json;
}

double rank_of(const SimulationError& error) {
  return std::isnan(error.relative_l2) ? HUGE_VAL : error.relative_l2;
}

}  // namespace

std::vector<std::pair<std::string, std::size_t>> exemplars(
    const std::vector<SimulationError>& all) {
  std::vector<std::size_t> order(all.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return rank_of(all[a]) < rank_of(all[b]); });
  std::vector<std::pair<std::string, std::size_t>> chosen;
  if (!order.empty()) chosen.emplace_back("best", order.front());
  if (order.size() > 2) chosen.emplace_back("median", order[order.size() / 2]);
  if (order.size() > 1) chosen.emplace_back("worst", order.back());
  return chosen;
}

std::string evaluation_text(const Evaluation& evaluation, const Study& study) {
  Json json = {{"format", "weir-evaluation"},
               {"version", 1},
               {"trained", evaluation.trained},
               {"validation", Json::array()},
               {"not_looked_at", evaluation.not_looked_at},
               {"pictures", Json::array()}};
  for (const auto& error : evaluation.validation) json["validation"].push_back(to_json(error));
  for (const auto& picture : evaluation.pictures)
    json["pictures"].push_back(to_json(picture, study));
  if (!evaluation.remark.empty()) json["remark"] = evaluation.remark;
  return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace weir
