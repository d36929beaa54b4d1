#include "server/metrics/settings.h"

#include <cmath>

#include <nlohmann/json.hpp>

#include "src/study/parse.h"

namespace weir {
namespace {

constexpr double whole = 9007199254740992;  // up to here a double has every whole number

using Json = nlohmann::ordered_json;

bool is_list_of_named(const Json& json) {
  return json.is_array() && !json.empty() && json.front().is_object() &&
         json.front().contains("name");
}

void add(const std::string& name, const Json& json, Settings& settings) {
  if (json.is_null()) return;
  if (json.is_object()) {
    for (const auto& [key, member] : json.items()) add(name + '/' + key, member, settings);
  } else if (is_list_of_named(json)) {
    for (Json member : json) {
      const auto own = member["name"].get<std::string>();
      member.erase("name");
      add(name + '/' + own, member, settings);
    }
  } else if (json.is_boolean()) {
    settings.emplace_back(name, json.get<bool>());
  } else if (json.is_number() && std::abs(json.get<double>()) <= whole) {
    settings.emplace_back(name, json.get<double>());
  } else {
    settings.emplace_back(name, json.is_string() ? json.get<std::string>() : json.dump());
  }
}

void add_member(const Json& json, const char* section, const char* key, Settings& settings) {
  add(std::string(section) + '/' + key, json[section][key], settings);
}

}  // namespace

Settings settings_of(const Study& study) {
  const Json json = Json::parse(write_study(study));
  Settings settings;
  add("seed", json["seed"], settings);
  for (const char* key : {"count", "steps", "stride", "fields", "time"})
    add_member(json, "simulation", key, settings);
  for (const char* section : {"parameters", "sampling", "buffer", "training", "validation"})
    if (json.contains(section)) add(section, json[section], settings);
  add_member(json, "server", "ranks", settings);
  return settings;
}

std::string text_of(const SettingValue& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  if (const auto* truth = std::get_if<bool>(&value)) return *truth ? "true" : "false";
  const double number = std::get<double>(value);
  if (std::abs(number) <= whole && number == std::trunc(number))
    return std::to_string(static_cast<long long>(number));
  return Json(number).dump();
}

}  // namespace weir
