#include "launcher/report/server_record.h"

#include <limits>

#include <nlohmann/json.hpp>

#include "src/core/lines.h"

namespace weir {
namespace {

using Json = nlohmann::ordered_json;

void add_line(std::string_view line, std::vector<ServerRecord>& servers) {
  const auto json = Json::parse(line, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) return;
  const auto number = [&](const char* key) {
    const auto found = json.find(key);
    return found != json.end() && found->is_number() ? found->get<double>() : 0;
  };
  ServerRecord server{.time = number("time"), .seconds = number("seconds"), .facts = {}};
  for (const auto& [key, value] : json.items())
    if (key != "time" && key != "seconds")
      server.facts.emplace_back(key, value.is_string() ? value.get<std::string>() : value.dump());
  servers.push_back(std::move(server));
}

}  // namespace

std::vector<ServerRecord> parse_servers(std::string_view text) {
  std::vector<ServerRecord> servers;
  for_each_line(text, [&](std::string_view line) { add_line(line, servers); });
  return servers;
}

double time_of(const std::vector<ServerRecord>& servers, double seconds) {
  double time = std::numeric_limits<double>::quiet_NaN();
  for (const auto& server : servers)
    if (time != time || server.seconds <= seconds) time = server.time + (seconds - server.seconds);
  return time;
}

double training_seconds(const std::vector<ServerRecord>& servers, double time) {
  double seconds = std::numeric_limits<double>::quiet_NaN();
  for (const auto& server : servers)
    if (seconds != seconds || server.time <= time) seconds = server.seconds + (time - server.time);
  return seconds;
}

}  // namespace weir
