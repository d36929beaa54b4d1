#pragma once
// What plug-ins have brought, for the study that asks for it by name.

#include "server/plugin/study_shape.h"
#include "weir/server/registry.h"

namespace weir {

/// Value type.
struct Plugged {
  Registry registry;
  StudyShape shape;
};

inline Plugged plugged(const Registry& registry, const Study& study, std::size_t rank,
                       std::size_t ranks) {
  return {registry, study_shape(study, rank, ranks)};
}

}  // namespace weir
