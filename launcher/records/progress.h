#pragma once
// The progress of a study in a line of text.

#include <optional>
#include <string>

#include "launcher/records/snapshot.h"

namespace weir {

/// Seconds until every sample has come, if they keep coming as they did on average; nothing before
/// the first one.
std::optional<double> seconds_left(const Snapshot& snapshot);

/// "12/100 simulations, 3 running, 2 in the queue, 1 failed | 1200/10000 samples | 340 trained |
/// loss 0.012, validation 0.015 | 450 samples/s | 3 min 20 s left"; parts that nothing is known of
/// are left out, and what matters least where they do not fit into `width` columns.
std::string progress_line(const Snapshot& snapshot, std::size_t width = std::string::npos);

/// "45 s", "3 min 20 s", "2 h 5 min".
std::string duration_text(double seconds);

}  // namespace weir
