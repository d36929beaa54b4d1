// Truth, prediction and their difference of the best, the median and the worst validation
// simulation.

#include <algorithm>

#include "launcher/plot/picture.h"
#include "launcher/plot/text.h"
#include "launcher/report/curves.h"
#include "src/raster/field_rasters.h"

namespace weir {
namespace {

using plot::ColourMap;
using plot::Table;

std::vector<double> difference(const FieldPicture& field) {
  std::vector<double> values;
  for (std::size_t k = 0; k < field.truth.size(); ++k)
    values.push_back(field.prediction[k] - field.truth[k]);
  return values;
}

std::string name_of(const FieldPicture& field) {
  return field.name + (field.unit.empty() ? "" : ", " + field.unit);
}

std::string picture(const FieldPicture& field, const std::string& title, const Table& table,
                    ColourMap map, const plot::Range& range) {
  return html::figure("", plot::svg(plot::Picture{.about = title + " of " + field.name,
                                                  .title = title,
                                                  .table = table,
                                                  .map = map,
                                                  .range = range},
                                    330));
}

/// Truth and prediction have one scale of colours.
std::string surface(const FieldPicture& field) {
  const auto rasters = plot::field_rasters(field.shape, field.truth, field.prediction);
  return "<div class=\"figures three\">" +
         picture(field, "truth: " + name_of(field), rasters.truth, ColourMap::sequential,
                 rasters.values) +
         picture(field, "prediction", rasters.prediction, ColourMap::sequential, rasters.values) +
         picture(field, "prediction − truth", rasters.difference, ColourMap::diverging,
                 rasters.differences) +
         "</div>\n";
}

std::vector<plot::Point> along(const std::vector<double>& values) {
  std::vector<plot::Point> points;
  for (std::size_t k = 0; k < values.size(); ++k)
    points.push_back({static_cast<double>(k), values[k]});
  return points;
}

std::string chart(const std::string& about, const std::string& label,
                  std::vector<plot::Series> series) {
  return html::figure("", plot::svg(plot::Chart{.about = about,
                                                .x = {.label = "place"},
                                                .y = {.label = label},
                                                .series = std::move(series),
                                                .size = {460, 240}}));
}

std::string curve(const FieldPicture& field) {
  return html::figures(
      {chart(field.name, name_of(field),
             {{.name = "truth", .points = along(field.truth), .colour = 0},
              {.name = "prediction", .points = along(field.prediction), .colour = 1}}),
       chart("difference of " + field.name, name_of(field),
             {{.name = "prediction − truth", .points = along(difference(field)), .colour = 7}})});
}

std::string parameters_of(const StudyRecord& record, const EvaluatedSimulation& simulation) {
  const auto& parameters = record.study.value.parameters;
  std::string text;
  for (std::size_t k = 0; k < std::min<std::size_t>(parameters.size(), 12); ++k)
    text += (k > 0 ? ", " : "") + parameters[k].name + " = " +
            plot::number(simulation.parameters[k]) +
            (parameters[k].unit.empty() ? "" : " " + parameters[k].unit);
  return text + (parameters.size() > 12 ? ", …" : "");
}

std::string one_picture(const StudyRecord& record, const SimulationPicture& picture) {
  const auto& unit = record.study.value.simulation.time.unit;
  const std::string heading = "The " + picture.which + ": simulation " +
                              std::to_string(picture.simulation.sim) + ", relative L2 error " +
                              plot::number(picture.simulation.relative_l2);
  const std::string lead = "Step " + std::to_string(picture.step) + ", time " +
                           plot::number(picture.time) + (unit.empty() ? "" : " " + unit) + "; " +
                           parameters_of(record, picture.simulation);
  std::string body = "<h3>" + plot::escaped(heading) + "</h3>\n<p class=\"lead\">" +
                     plot::escaped(lead) + "</p>\n";
  for (const auto& field : picture.fields)
    body += field.shape.size() == 2 ? surface(field) : curve(field);
  return body;
}

}  // namespace

std::string pictures_section(const StudyRecord& record) {
  const auto& evaluation = record.evaluation;
  std::string body = html::missing(evaluation.problem);
  if (evaluation.problem.empty() && evaluation.value.pictures.empty())
    body = html::missing(evaluation.value.remark.empty() ? "There are no pictures"
                                                         : evaluation.value.remark);
  for (const auto& picture : evaluation.value.pictures) body += one_picture(record, picture);
  return html::section("pictures", "Truth and prediction",
                       "The best, the median and the worst simulation of the validation by their "
                       "relative L2 error over all time steps, each at the time step at which its "
                       "error is largest.",
                       body);
}

}  // namespace weir
