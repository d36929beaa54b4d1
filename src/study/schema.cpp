#include <cstdint>
#include <string>

#include "src/core/fnv1a.h"
#include "src/study/parse.h"

namespace weir {
namespace {

// Names hold no blanks, so different schemas give different texts.
std::string schema_text(const Study& study) {
  std::string text = "steps " + std::to_string(study.simulation.steps);
  if (study.simulation.stride != 1) text += "\nstride " + std::to_string(study.simulation.stride);
  if (study.simulation.time.sent) text += "\ntime sent";
  for (const Field& field : study.simulation.fields) {
    text += "\nfield " + field.name;
    for (const std::size_t extent : field.shape) {
      text += ' ';
      text += std::to_string(extent);
    }
  }
  for (const Parameter& parameter : study.parameters) text += "\nparameter " + parameter.name;
  return text;
}

}  // namespace

std::uint64_t schema_hash(const Study& study) { return fnv1a(schema_text(study)); }

}  // namespace weir
