#include "server/evaluation/evaluation_pictures.h"

#include <string>

#include "src/core/number_text.h"
#include "src/raster/field_rasters.h"

namespace weir {
namespace {

std::string with_unit(double value, const std::string& unit) {
  return number_text(value, 5) + (unit.empty() ? "" : ' ' + unit);
}

std::string where(const EvaluationPicture& picture, const Study& study) {
  return "Simulation " + std::to_string(picture.simulation.sim) + ", step " +
         std::to_string(picture.simulation.worst_step) + ", time " +
         with_unit(picture.time, study.simulation.time.unit) + "; relative L2 error " +
         number_text(picture.simulation.relative_l2, 5) + " over all its steps.";
}

TaggedPicture picture_of(const std::string& tag, const std::string& about, const plot::Table& table,
                         plot::ColourMap map, const plot::Range& range, const std::string& unit) {
  const bool signs = map == plot::ColourMap::diverging;
  const std::string colours = " Colours from " + number_text(range.lower, 5) +
                              (signs ? " (blue) to " : " (dark) to ") +
                              with_unit(range.upper, unit) + (signs ? " (red)." : " (bright).");
  return {tag, about + colours, {table.columns, table.rows, plot::png(table, map, range)}};
}

}  // namespace

std::vector<TaggedPicture> pictures_of(const Evaluation& evaluation, const Study& study) {
  using plot::ColourMap;
  std::vector<TaggedPicture> all;
  for (const auto& picture : evaluation.pictures) {
    const std::string about = where(picture, study);
    for (std::size_t k = 0; k < picture.fields.size(); ++k) {
      const auto& [shape, truth, prediction] = picture.fields[k];
      const auto& [name, extents, unit] = study.simulation.fields[k];
      const auto rasters = plot::field_rasters(shape, truth, prediction);
      const std::string tag = "evaluation/" + picture.which + '/' + name + '/';
      const auto add = [&](const char* what, const plot::Table& table, ColourMap map,
                           const plot::Range& range) {
        all.push_back(picture_of(tag + what, about, table, map, range, unit));
      };
      add("truth", rasters.truth, ColourMap::sequential, rasters.values);
      add("prediction", rasters.prediction, ColourMap::sequential, rasters.values);
      add("difference", rasters.difference, ColourMap::diverging, rasters.differences);
    }
  }
  return all;
}

}  // namespace weir
