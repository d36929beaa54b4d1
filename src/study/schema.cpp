#include <cstdint>
#include <string>
#include <string_view>

#include "src/study/parse.h"

namespace weir {
namespace {

std::uint64_t fnv1a(std::string_view text) {  // Fowler, Noll, Vo; 64 bits
  std::uint64_t hash = 0xcbf29ce484222325ULL;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
  return hash;
}

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
