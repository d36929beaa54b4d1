#include "launcher/failure_causes.h"

#include <algorithm>

namespace weir {

std::vector<std::pair<std::string, std::size_t>> failure_causes(
    const std::vector<JournalEntry>& journal) {
  std::map<std::string, std::size_t> counts;
  for (const auto& entry : journal)
    if (entry.event == JournalEvent::ended && !entry.ok) ++counts[entry.reason];
  std::vector<std::pair<std::string, std::size_t>> causes(counts.begin(), counts.end());
  std::stable_sort(causes.begin(), causes.end(),
                   [](const auto& a, const auto& b) { return a.second > b.second; });
  return causes;
}

std::string causes_text(const std::vector<std::pair<std::string, std::size_t>>& causes,
                        std::size_t most) {
  std::string text;
  std::size_t others = 0;
  for (std::size_t k = 0; k < causes.size(); ++k) {
    const auto& [reason, count] = causes[k];
    if (k < most)
      text += (k > 0 ? ", " : "") + std::to_string(count) + " × " + reason;
    else
      others += count;
  }
  return others == 0 ? text : text + ", and " + std::to_string(others) + " others";
}

}  // namespace weir
