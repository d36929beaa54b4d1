#pragma once
// Tells the clients where the ranks of this server listen.

#include <string>

#include "server/collective/collective.h"
#include "src/core/study_directory.h"
#include "src/study/study.h"
#include "src/wire/aggregator_session.h"

namespace weir {

/// Collective: rank 0 writes the endpoint file with every rank's `endpoint`. Error{environment} on
/// rank 0.
void publish_endpoints(Collective& collective, const std::string& endpoint, const Study& study,
                       const StudyDirectory& directory, const wire::AggregatorSettings& settings);

}  // namespace weir
