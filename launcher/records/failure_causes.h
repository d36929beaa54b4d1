#pragma once
// Why jobs of a study failed, counted.

#include <cstddef>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "launcher/records/journal.h"

namespace weir {

/// How often each reason ended a job that failed, the most frequent first, then by name. Names of
/// jobs and of logs in a reason make no other cause.
std::vector<std::pair<std::string, std::size_t>> failure_causes(
    const std::vector<JournalEntry>& journal);

/// A line for each of the first `most`, and one for the others: "3 × time limit of the job",
/// "1 × out of memory", "2 others".
std::vector<std::string> causes_lines(
    const std::vector<std::pair<std::string, std::size_t>>& causes, std::size_t most);

}  // namespace weir
