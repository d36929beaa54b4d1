#include "server/server_state.h"

#include <nlohmann/json.hpp>

#include "server/adaptive_json.h"
#include "src/core/error.h"

namespace weir {

namespace {

using Json = nlohmann::json;
constexpr int version = 1;

Json table_json(const TableState& table) {
  Json simulations = Json::array();
  for (const SimulationRecord& record : table.simulations)
    simulations.push_back({record.sim, record.attempt, record.failures, record.given_up});
  return {{"restarted", table.restarted},
          {"next_replacement", table.next_replacement},
          {"simulations", std::move(simulations)}};
}

TableState table_state(const Json& json) {
  TableState table;
  table.restarted = json.at("restarted").get<std::uint64_t>();
  table.next_replacement = json.at("next_replacement").get<std::uint64_t>();
  for (const Json& record : json.at("simulations"))
    table.simulations.push_back({record.at(0).get<std::uint64_t>(),
                                 record.at(1).get<std::uint64_t>(),
                                 record.at(2).get<std::uint64_t>(), record.at(3).get<bool>()});
  return table;
}

}  // namespace

std::string to_json(const ServerState& state) {
  Json json = {
      {"version", version}, {"seconds", state.seconds}, {"table", table_json(state.table)}};
  if (state.sampling) json["sampling"] = to_json(*state.sampling);
  return json.dump();
}

ServerState server_state(const std::string& text) {
  try {
    const Json json = Json::parse(text);
    if (json.at("version") != version)
      throw Error(ErrorKind::input, "the server's state in the checkpoint has version " +
                                        json.at("version").dump() + ", this is version " +
                                        std::to_string(version) +
                                        ": continue with the weir that wrote it");
    ServerState state;
    state.seconds = json.at("seconds").get<double>();
    state.table = table_state(json.at("table"));
    if (json.contains("sampling")) state.sampling = adaptive_state(json.at("sampling"));
    return state;
  } catch (const Json::exception& error) {
    throw Error(
        ErrorKind::input,
        std::string("the server's state in the checkpoint cannot be read: ") + error.what());
  }
}

}  // namespace weir
