#pragma once
// A small study, and samples whose values say which they are.

#include <vector>

#include "server/data/data_set.h"

namespace weir::test {

constexpr std::size_t steps = 3, sample_size = 2 * 3 + 4;

inline Study data_study() {
  Study study;
  study.simulation.steps = steps;
  study.simulation.fields = {Field{.name = "u", .shape = {2, 3}, .unit = "K"},
                             Field{.name = "v", .shape = {4}, .unit = ""}};
  study.parameters = {Parameter{.name = "left", .lower = 0, .upper = 1, .unit = "K"},
                      Parameter{.name = "right", .lower = 0, .upper = 1, .unit = "Pa"}};
  return study;
}

inline std::vector<float> values_of(SampleId id) {
  std::vector<float> values(sample_size);
  for (std::size_t k = 0; k < sample_size; ++k)
    values[k] = static_cast<float>(id.sim * 1000 + id.step * 100 + k);
  return values;
}

inline std::vector<double> parameters_of(std::uint64_t sim) {
  return {static_cast<double>(sim) + 0.25, -static_cast<double>(sim)};
}

inline void write_sample(DataSetWriter& writer, SampleId id) {
  writer.write(id, parameters_of(id.sim), values_of(id));
}

inline void write_simulation(DataSetWriter& writer, std::uint64_t sim) {
  for (std::uint64_t step = 0; step < steps; ++step) write_sample(writer, {sim, step});
}

}  // namespace weir::test
