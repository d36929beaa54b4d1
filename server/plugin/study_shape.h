#pragma once
// A study as plug-ins see it.

#include "src/study/study.h"
#include "weir/server/study_shape.h"

namespace weir {

StudyShape study_shape(const Study& study, std::size_t rank, std::size_t ranks);

}  // namespace weir
