#pragma once
// How a study has ended, from what is known at its end.

#include <cstddef>
#include <optional>

#include "server/control/controller.h"
#include "server/summary.h"

namespace weir {

/// Samples that were accepted, but neither drawn for a batch nor left unseen in a buffer. Anything
/// but 0 is a bug.
std::size_t lost_samples(std::size_t accepted, std::size_t drawn_at_least_once, std::size_t unseen);

/// Sets status and reason of `summary`, whose other members are final.
void judge(Summary& summary, const std::optional<StopReason>& stop);

}  // namespace weir
