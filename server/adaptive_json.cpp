#include "server/adaptive_json.h"

#include <cstdint>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

namespace weir {

namespace {

using Json = nlohmann::json;

Json evidence_json(const Evidence& evidence) {
  Json rows = Json::array();
  for (const auto& [sim, of] : evidence) rows.push_back({sim, of.sum, of.samples});
  return rows;
}

Evidence evidence_of(const Json& json) {
  Evidence evidence;
  for (const Json& row : json)
    evidence[row.at(0).get<std::uint64_t>()] = {row.at(1).get<double>(), row.at(2).get<double>()};
  return evidence;
}

Json redraws_json(const Redraws::State& redraws) {
  Json proposals = Json::array();
  for (const auto& [sim, row] : redraws.proposals)
    proposals.push_back({sim, static_cast<int>(row.by), row.values});
  return {
      {"number", redraws.redraws}, {"first", redraws.first}, {"proposals", std::move(proposals)}};
}

Redraws::State redraws_of(const Json& json) {
  Redraws::State redraws;
  redraws.redraws = json.at("number").get<std::uint64_t>();
  redraws.first = json.at("first").get<std::uint64_t>();
  for (const Json& row : json.at("proposals")) {
    const auto sim = row.at(0).get<std::uint64_t>();
    redraws.proposals[sim] = {sim, static_cast<DrawnBy>(row.at(1).get<int>()),
                              row.at(2).get<std::vector<double>>()};
  }
  return redraws;
}

}  // namespace

Json to_json(const AdaptiveState& state) {
  return {{"level", state.losses.level},
          {"lag", state.losses.lag},
          {"batches", state.losses.batches},
          {"factors", state.losses.factors},
          {"counts", state.losses.counts},
          {"untold", evidence_json(state.losses.untold)},
          {"memory", evidence_json(state.memory)},
          {"redraws", redraws_json(state.redraws)},
          {"settled", state.settled}};
}

AdaptiveState adaptive_state(const Json& json) {
  AdaptiveState state;
  state.losses = {.level = json.at("level").get<double>(),
                  .lag = json.value("lag", 1.0),
                  .batches = json.value("batches", 0.0),
                  .factors = json.at("factors").get<std::vector<double>>(),
                  .counts = json.at("counts").get<std::vector<double>>(),
                  .untold = evidence_of(json.at("untold"))};
  state.memory = evidence_of(json.at("memory"));
  state.redraws = redraws_of(json.at("redraws"));
  state.settled = json.at("settled").get<std::size_t>();
  return state;
}

}  // namespace weir
