// The resolved study, its differences to others, and what it ran with.

#include <algorithm>
#include <map>
#include <set>

#include <nlohmann/json.hpp>

#include "launcher/report/sections.h"

namespace weir {
namespace {

constexpr std::size_t most_text = 200000, most_differences = 200;

std::string shown(const std::string& text) {
  if (text.size() <= most_text) return html::preformatted(text);
  return html::preformatted(text.substr(0, most_text)) +
         html::missing("The rest of it is left out: " + std::to_string(text.size()) + " bytes");
}

/// Every value of the study under its JSON pointer.
std::map<std::string, std::string> values_of(const StudyRecord& record) {
  std::map<std::string, std::string> values;
  const auto json = nlohmann::json::parse(record.study_text, nullptr, /*allow_exceptions=*/false,
                                          /*ignore_comments=*/true);
  if (!json.is_object()) return values;
  const auto flat = json.flatten();
  for (const auto& [key, value] : flat.items())
    values[key] = value.is_string() ? value.get<std::string>() : value.dump();
  return values;
}

}  // namespace

std::string study_section(const StudyRecord& record) {
  const std::string notes = html::missing(record.study.problem);
  return html::section("study", "Study",
                       "The study as it was resolved, with every default written out.",
                       (record.study.problem.empty() ? "" : notes) +
                           (record.study_text.empty() ? "" : shown(record.study_text)));
}

std::string differences_section(Records records) {
  std::vector<std::map<std::string, std::string>> all;
  std::set<std::string> keys;
  for (const auto& record : records) {
    all.push_back(values_of(record));
    for (const auto& [key, value] : all.back()) keys.insert(key);
  }
  std::vector<std::vector<std::string>> rows = {{"key"}};
  for (const auto& record : records) rows[0].push_back(record.label);
  for (const auto& key : keys) {
    std::vector<std::string> row = {key};
    for (const auto& values : all) {
      const auto found = values.find(key);
      row.push_back(found == values.end() ? "–" : found->second);
    }
    const bool differs = std::any_of(row.begin() + 2, row.end(),
                                     [&](const std::string& cell) { return cell != row[1]; });
    if (differs && rows.size() <= most_differences) rows.push_back(std::move(row));
  }
  return html::section(
      "differences", "What differs in their studies", "",
      rows.size() > 1 ? html::table(rows) : html::missing("Their studies are the same"));
}

std::string host_section(const StudyRecord& record) {
  std::string body = html::missing(record.servers.problem);
  const auto& servers = record.servers.value;
  if (!servers.empty()) {
    body = html::list(servers.back().facts);
    if (servers.size() > 1)
      body += html::paragraph("The last of " + std::to_string(servers.size()) + " servers.");
  }
  return html::section("host", "Versions and host",
                       "Where rank 0 of the server ran, and with what.", body);
}

}  // namespace weir
