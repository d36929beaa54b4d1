// How a study ended, in numbers.

#include <algorithm>

#include <nlohmann/json.hpp>

#include "launcher/plot/text.h"
#include "launcher/records/progress.h"
#include "launcher/report/sections.h"

namespace weir {
namespace {

using Json = nlohmann::json;
using Pointer = Json::json_pointer;

const char* none = "–";

/// What is nowhere is shown as "–".
std::string number_at(const Json& json, const char* where) {
  const Pointer pointer(where);
  if (!json.is_object() || !json.contains(pointer) || !json.at(pointer).is_number()) return none;
  return plot::number(json.at(pointer).get<double>());
}

std::string text_at(const Json& json, const char* key, const std::string& otherwise) {
  if (!json.is_object() || !json.contains(key) || !json.at(key).is_string()) return otherwise;
  return json.at(key).get<std::string>();
}

std::string of(const std::string& some, const std::string& all) {
  return some == none ? none : some + " of " + all;
}

std::string duration_at(const Json& json, const char* where) {
  const Pointer pointer(where);
  if (!json.is_object() || !json.contains(pointer) || !json.at(pointer).is_number()) return none;
  return duration_text(json.at(pointer).get<double>());
}

/// The summary of a study that has ended, else how the launcher last saw it.
const Json& numbers_of(const StudyRecord& record) {
  return record.summary.problem.empty() ? record.summary.value : record.status.value;
}

std::string state_of(const StudyRecord& record) {
  if (record.summary.problem.empty()) return text_at(record.summary.value, "status", none);
  return text_at(record.status.value, "phase", "not ended");
}

std::string best_relative_l2(const StudyRecord& record) {
  const auto& validations = record.metrics.value.validations;
  if (validations.empty()) return none;
  const auto best =
      std::min_element(validations.begin(), validations.end(),
                       [](const auto& a, const auto& b) { return a.relative_l2 < b.relative_l2; });
  return plot::number(best->relative_l2);
}

std::string last_validation(const StudyRecord& record, double ValidationPoint::*member) {
  const auto& validations = record.metrics.value.validations;
  return validations.empty() ? none : plot::number(validations.back().*member);
}

html::Rows rows_of(const StudyRecord& record) {
  const Json& numbers = numbers_of(record);
  const auto at = [&](const char* where) { return number_at(numbers, where); };
  return {{"status", state_of(record)},
          {"simulations finished", of(at("/simulations/finished"), at("/simulations/expected"))},
          {"samples received", of(at("/samples/unique"), at("/samples/expected"))},
          {"samples trained on", at("/samples/trained")},
          {"validation loss", last_validation(record, &ValidationPoint::loss)},
          {"relative L2 error", last_validation(record, &ValidationPoint::relative_l2)},
          {"samples per second", at("/samples_per_second/mean")},
          {"time", duration_at(numbers, "/seconds/total")},
          {"least validation loss", at("/validation/best_loss")},
          {"least relative L2 error", best_relative_l2(record)},
          {"batches", at("/batches")},
          {"time of training", duration_at(numbers, "/seconds/training")},
          {"server ranks", at("/server/ranks")},
          {"server restarts", at("/server/restarts")},
          {"simulations restarted", at("/simulations/restarted")},
          {"simulations given up", at("/simulations/failed")},
          {"samples lost", at("/samples/lost")}};
}

/// The main numbers large, the others in a table.
std::string overview(const StudyRecord& record) {
  constexpr std::ptrdiff_t main_numbers = 8;
  const auto rows = rows_of(record);
  return html::tiles({rows.begin(), rows.begin() + main_numbers}) +
         html::list({rows.begin() + main_numbers, rows.end()});
}

std::string comparison(Records records) {
  std::vector<std::vector<std::string>> rows = {{""}};
  for (const auto& record : records) {
    rows[0].push_back(record.label);
    const auto values = rows_of(record);
    rows.resize(values.size() + 1);
    for (std::size_t k = 0; k < values.size(); ++k) {
      if (rows[k + 1].empty()) rows[k + 1].push_back(values[k].first);
      rows[k + 1].push_back(values[k].second);
    }
  }
  return html::table(rows);
}

}  // namespace

std::string results_section(Records records) {
  std::string body;
  for (const auto& record : records) {
    const auto reason = text_at(record.summary.value, "reason", "");
    const std::string who = records.size() == 1 ? "" : record.label + ": ";
    if (!reason.empty()) body += html::paragraph(who + reason + ".");
    if (!record.summary.problem.empty()) body += html::missing(who + record.summary.problem);
  }
  body += records.size() == 1 ? overview(records[0]) : comparison(records);
  return html::section("results", "Results", "", body);
}

}  // namespace weir
