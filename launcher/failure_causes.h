#pragma once
// Why jobs of a study failed, counted.

#include <cstddef>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "launcher/journal.h"

namespace weir {

/// How often each reason ended a job that did not end well, the most frequent first, then by name.
std::vector<std::pair<std::string, std::size_t>> failure_causes(
    const std::vector<JournalEntry>& journal);

/// "3 × time limit of the job, 1 × out of memory, and 2 others"; names the first `most`. Empty
/// without any.
std::string causes_text(const std::vector<std::pair<std::string, std::size_t>>& causes,
                        std::size_t most);

}  // namespace weir
