#include "server/plugin/study_shape.h"

namespace weir {

StudyShape study_shape(const Study& study, std::size_t rank, std::size_t ranks) {
  StudyShape shape;
  shape.name = study.name;
  shape.seed = study.seed;
  for (const auto& parameter : study.parameters)
    shape.parameters.push_back({parameter.name, parameter.lower, parameter.upper, parameter.unit});
  std::size_t offset = 0;
  for (const auto& field : study.simulation.fields) {
    shape.fields.push_back({field.name, field.shape, field.unit, offset, field.size()});
    offset += field.size();
  }
  shape.steps = study.simulation.steps;
  shape.autoregressive = study.training.samples.kind == SampleKind::autoregressive;
  shape.batch = study.training.batch;
  shape.accumulate = study.training.accumulate;
  shape.rank = rank;
  shape.ranks = ranks;
  return shape;
}

}  // namespace weir
