#pragma once
// The physical time of a step where no solver says it: from the study's time axis.

#include <cstdint>
#include <span>
#include <vector>

#include "src/core/sample_id.h"
#include "src/study/study.h"

namespace weir {

/// In the axis's unit. Of a study whose times are sent: what it is without the solver's word.
inline double time_of(const TimeAxis& axis, std::uint64_t step) {
  return axis.first + static_cast<double>(step) * axis.step;
}

inline std::vector<double> times_of(const TimeAxis& axis, std::span<const SampleId> ids) {
  std::vector<double> times;
  for (const auto& id : ids) times.push_back(time_of(axis, id.step));
  return times;
}

}  // namespace weir
