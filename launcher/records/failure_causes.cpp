#include "launcher/records/failure_causes.h"

#include <algorithm>
#include <sstream>

namespace weir {
namespace {

/// "its pilot weir.toy.pilot.3 has ended: …; its log is …": the same of every pilot.
std::string cause_in(const std::string& reason) {
  std::istringstream words(reason.substr(0, reason.find("; its log is ")));
  std::string cause;
  for (std::string word; words >> word;)
    if (!word.starts_with("weir.")) cause.append(cause.empty() ? "" : " ").append(word);
  return cause;
}

}  // namespace

std::vector<std::pair<std::string, std::size_t>> failure_causes(
    const std::vector<JournalEntry>& journal) {
  std::map<std::string, std::size_t> counts;
  for (const auto& entry : journal)
    if (entry.failed()) ++counts[cause_in(entry.reason)];
  std::vector<std::pair<std::string, std::size_t>> causes(counts.begin(), counts.end());
  std::stable_sort(causes.begin(), causes.end(),
                   [](const auto& a, const auto& b) { return a.second > b.second; });
  return causes;
}

std::vector<std::string> causes_lines(
    const std::vector<std::pair<std::string, std::size_t>>& causes, std::size_t most) {
  std::vector<std::string> lines;
  std::size_t others = 0;
  for (const auto& [reason, count] : causes) {
    if (lines.size() < most)
      lines.push_back(std::to_string(count) + " × " + reason);
    else
      others += count;
  }
  if (others > 0) lines.push_back(std::to_string(others) + " others");
  return lines;
}

}  // namespace weir
